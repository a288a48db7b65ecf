"""Google Cloud: its price catalogue."""
