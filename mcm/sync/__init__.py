"""Keeps the inventory in step with the clouds, scope by scope: read, stage, merge, confirm what disappeared."""
