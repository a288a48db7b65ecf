"""The command line: a client of the HTTP API, in process when there is no server. Imports nothing heavy at start."""
