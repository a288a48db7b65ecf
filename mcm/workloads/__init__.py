"""Workload documents: what somebody wants to run, read strictly, kept with every version."""
