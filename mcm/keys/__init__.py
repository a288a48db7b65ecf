"""The master key: which one is in use, and its rotation."""
