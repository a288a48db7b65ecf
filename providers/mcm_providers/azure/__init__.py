"""Azure: its retail price list."""
