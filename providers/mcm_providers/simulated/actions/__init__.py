"""What the simulated cloud does when it is asked to: one request each, taking effect after a while."""
