"""Tenancy in the database: copied whole, and never left behind by a step back."""

from pathlib import Path

import pytest
from sqlalchemy import select, text

from mcm.db import migrate, transfer
from mcm.db.engine import build_engine
from mcm.db.session import Database
from mcm.errors import Conflict
from mcm.kit import clock
from mcm.models import QuotaLimit, Tenant, TenantRule, TenantScope
from tests.rooms.tenancy.estate import BETA, DEEP, GROUP, Estate


def test_a_tree_is_copied_in_whatever_order_its_rows_come(estate: Estate, tmp_path: Path) -> None:
    """The parent of a tenant comes behind it here."""
    database = estate.lab.runtime.database
    with database.writing() as session:
        session.add(QuotaLimit(tenant_id=GROUP, resource="vcpus", amount=5))
        session.execute(text(f"UPDATE tenant SET parent_id = '{DEEP}' WHERE id = 'ten_default'"))
        session.execute(text(f"UPDATE tenant SET created_at = created_at WHERE id = '{BETA}'"))
    target = f"sqlite:///{tmp_path / 'copy.db'}"
    transfer.copy(database.engine, target)
    copied = build_engine(target)
    for table in (Tenant, TenantRule, TenantScope, QuotaLimit):
        with database.engine.connect() as one, copied.connect() as other:
            rows = [sorted(map(str, each.execute(select(table.__table__)))) for each in (one, other)]
        assert rows[0] == rows[1]
        assert rows[0]
    assert migrate.damage(copied) == []
    copied.dispose()


def test_a_step_back_refuses_to_lose_tenants(database: Database) -> None:
    with database.writing() as session:
        session.add(Tenant(id="ten_a", name="a", version=1, created_at=clock.now()))
        session.flush()
        session.add(TenantRule(position=1, tenant_id="ten_a", project="p", tag_prefix=False))
    with pytest.raises(Conflict, match="1 row of tenant_rule"):
        migrate.downgrade(database.engine, "0002")
    with database.writing() as session:
        session.execute(text("DELETE FROM tenant_rule"))
    with pytest.raises(Conflict, match="1 row of tenant;"):
        migrate.downgrade(database.engine, "0002")
    assert migrate.current(database.engine) == migrate.head()
