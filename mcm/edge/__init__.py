"""The edge of the HTTP API: who calls, in which transaction, how errors, pages and repeated requests are answered."""
