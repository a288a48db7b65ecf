"""Commands for those who work on mcm; not part of what is installed."""
