"""The pure algorithm of placing many."""
