"""Documents of the simulated cloud to resources: pure functions, one for each kind, in one table."""
