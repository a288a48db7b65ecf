# mypy: ignore-errors
"""Loaded by every OpenStack process as it starts: collecting garbage while thousands of modules load is wasted time."""

import gc

gc.set_threshold(50_000, 20, 100)
