"""The events room: what happened, in the order in which it was committed, kept for a week and streamed."""
