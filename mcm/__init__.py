"""mcm: one management plane for all of an organisation's clouds."""

__version__ = "0.1.0"
