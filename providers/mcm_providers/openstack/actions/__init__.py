"""What OpenStack is asked to do: one request for each step, and the looks that tell what became of it."""
