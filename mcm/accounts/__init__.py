"""Accounts: adding, checking, pausing and removing a connection to a cloud."""
