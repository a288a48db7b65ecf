"""The catalogue of providers: what can be connected, what each needs and what it can do."""
