"""Clouds without an adapter of their own, through the compute drivers of Apache Libcloud."""
