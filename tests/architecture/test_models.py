"""Tables are loaded a family at a time: each name leads to its file, and what foreign keys lead to is always there."""

import subprocess
import sys
from importlib import import_module

import pytest

from mcm import models
from mcm.models.every import Base

_ALWAYS = {"account", "keys", "principal", "scope"}


def test_every_table_is_in_the_list() -> None:
    listed = {(file, name) for file, names in models.FILES.items() for name in names if not name.startswith("MAX")}
    mapped = {(found.class_.__module__.rpartition(".")[2], found.class_.__name__) for found in Base.registry.mappers}
    assert listed == mapped
    assert {*models._FILE_OF, "Base"} == set(models.__all__)


def test_foreign_keys_lead_home_or_to_what_is_always_loaded() -> None:
    file_of = {str(found.local_table): found.class_.__module__.rpartition(".")[2] for found in Base.registry.mappers}
    for table in Base.metadata.tables.values():
        for key in table.foreign_keys:
            assert file_of[key.column.table.name] in {file_of[table.name], *_ALWAYS}, f"{table.name}.{key.parent.name}"


@pytest.mark.parametrize("file", ["price", "placement"])
def test_one_family_works_without_the_others(file: str) -> None:
    names = [name for name in models.FILES[file] if hasattr(import_module(f"mcm.models.{file}"), name)]
    script = (
        "import sys; from sqlalchemy.orm import configure_mappers; "
        f"from mcm.models import {', '.join(names)}; configure_mappers(); "
        "assert 'mcm.models.charge' not in sys.modules; "
        "from sqlalchemy import create_engine; from mcm.models.base import Base; "
        "Base.metadata.create_all(create_engine('sqlite://'))"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
