"""Measurements from a Prometheus server, for clouds that have no meters of their own: shared by their adapters."""
