"""The simulated cloud itself, the side that a real provider finds at the other end of the network."""
