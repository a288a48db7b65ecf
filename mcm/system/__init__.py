"""The state of mcm itself: health, metrics, the front page, diagnosis."""
