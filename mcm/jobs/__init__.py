"""Periodic work. APScheduler only triggers; every job is idempotent, takes no arguments and re-reads the database."""
