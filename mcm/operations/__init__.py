"""Acting on clouds: what may be asked for, what was, and how it is brought about at most once."""
