"""Every column that holds sealed values, from the registry: damage, moving, wrong keys, and rows without the vault."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, inspect

from mcm.models.every import Base
from mcm.vault import Vault, VaultError, sealed
from mcm.vault.sealed import SealedColumn

SECRET = "value-of-the-registry"
# Bytes that are no sealed values: hashes and authentication codes.
NOT_SEALED = {("audit_event", "mac"), ("audit_segment", "head"), ("audit_segment", "former_seal"),
              ("audit_segment", "seal"), ("audit_segment", "pruned_mac")}  # fmt: skip
_EACH = pytest.mark.parametrize("column", sealed.COLUMNS, ids=lambda column: f"{column.table}.{column.column}")


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "master.key")


def _row(column: SealedColumn, number: int) -> Any:
    """A row that is in no database; only its primary key counts."""
    table = column.model.__table__
    return column.model(
        **{key: f"k{number}" if table.c[key].type.python_type is str else number for key in column.keys}
    )


def _rows() -> list[tuple[SealedColumn, Any]]:
    return [(column, _row(column, number)) for column in sealed.COLUMNS for number in (1, 2)]


def test_every_column_with_a_master_key_is_registered_and_refers_to_the_keys_in_use() -> None:
    registered = {(column.table, column.column) for column in sealed.COLUMNS}
    keyed = {table.name for table in Base.metadata.sorted_tables if "master_key_id" in table.c}
    assert {table for table, _ in registered} == keyed
    for column in sealed.COLUMNS:
        (key,) = column.model.__table__.c[column.key_column].foreign_keys
        assert key.target_fullname == "vault_key.id"


def test_no_other_column_holds_bytes_that_nobody_has_accounted_for() -> None:
    found = {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert found == NOT_SEALED | {(column.table, column.column) for column in sealed.COLUMNS}


@_EACH
def test_value_opens_at_its_place_only(vault: Vault, column: SealedColumn) -> None:
    here = _row(column, 1)
    value = vault.seal(SECRET, column.place(here))
    assert vault.open(value, column.place(here)) == SECRET
    others = [(other, row) for other, row in _rows() if other.place(row) != column.place(here)]
    assert len(others) == len(sealed.COLUMNS) * 2 - 1
    for other, row in others:
        with pytest.raises(VaultError, match="moved to another place"):
            vault.open(value, other.place(row))


@_EACH
def test_any_flipped_bit_is_refused(vault: Vault, column: SealedColumn) -> None:
    place = column.place(_row(column, 1))
    value = vault.seal(SECRET, place)
    for position, bit in itertools.product(range(len(value)), (0, 5)):
        altered = bytearray(value)
        altered[position] ^= 1 << bit
        with pytest.raises(VaultError) as refused:
            vault.open(bytes(altered), place)
        assert SECRET not in refused.value.message


@_EACH
def test_wrong_key_is_refused_and_both_are_named(vault: Vault, column: SealedColumn, tmp_path: Path) -> None:
    place = column.place(_row(column, 1))
    value, other = vault.seal(SECRET, place), Vault(tmp_path / "other.key")
    other.seal("x", place)
    with pytest.raises(VaultError) as refused:
        other.open(value, place)
    assert vault.key_id in refused.value.message
    assert other.key_id in refused.value.message
    assert refused.value.next_step


@_EACH
def test_places_name_table_row_and_column(column: SealedColumn) -> None:
    assert column.place(_row(column, 1)).startswith(f"{column.table}/")
    assert column.place(_row(column, 1)).endswith(f"/{column.column}")
    assert len(column.keys) == len(inspect(column.model).primary_key)


def _places() -> list[tuple[str, Callable[[], str]]]:
    from mcm.accounts.access import place as of_secret
    from mcm.identity.sealing import place as of_identity
    from mcm.models.audit import place as of_segment
    from mcm.notices.service import place as of_target
    from mcm.oidc.service import place as of_provider
    from mcm.operations.orders import place as of_operation

    return [
        ("secret", lambda: of_secret("k1", "k1")),
        ("identity_secret", lambda: of_identity("k1", "k1")),
        ("audit_segment", lambda: of_segment(1)),
        ("oidc_provider", lambda: of_provider("k1")),
        ("operation", lambda: of_operation("k1")),
        ("notice_target", lambda: of_target("k1")),
    ]


def test_rooms_seal_at_the_places_where_rotation_looks() -> None:
    ours = {column.table: column.place(_row(column, 1)) for column in sealed.COLUMNS}
    assert {table: place() for table, place in _places()} == ours
