"""Saved views: what the address of a page says, kept under a name, for oneself or for others."""
