"""Oracle Cloud Infrastructure: its list prices."""
