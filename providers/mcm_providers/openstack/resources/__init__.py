"""One file for each kind: how it is listed (I/O), and how a document becomes a Resource (pure)."""
