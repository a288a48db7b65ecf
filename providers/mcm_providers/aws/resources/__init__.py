"""One file for each kind: its listing and the pure function that translates a record."""
