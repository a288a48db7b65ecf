"""The demonstration: a throw-away mcm with clouds that exist in this machine's memory only."""
