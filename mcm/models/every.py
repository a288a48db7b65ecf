"""`Base` with all tables: for what is done with each of them, such as a copy of the database. It loads them all."""

from importlib import import_module

from mcm import models
from mcm.models.base import Base

__all__ = ["Base"]

for _file in models.FILES:
    import_module(f"mcm.models.{_file}")
