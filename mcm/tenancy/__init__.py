"""Whose is what: the tree of tenants, the rules that assign resources to it, and quotas."""
