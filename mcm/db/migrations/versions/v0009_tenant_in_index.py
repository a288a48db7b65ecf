"""PostgreSQL: the index that lists scopes in order tells whose a resource is, so that rows need not be asked."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_NAME = "ix_resource_scope_name"


def upgrade() -> None:
    _make(["tenant_id"])


def downgrade() -> None:
    _make([])


def _make(included: list[str]) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    op.drop_index(_NAME, table_name="resource")
    op.create_index(
        _NAME, "resource", ["scope_id", "name", "id"], unique=False, postgresql_include=included,
        postgresql_where=sa.text("presence <> 'gone'"),
    )  # fmt: skip
