"""Which API token another one was made with: it ends when that one does."""

import sqlalchemy as sa
from alembic import op

from mcm.db.types import key_text
from mcm.errors import Conflict

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("api_token") as table:
        table.add_column(sa.Column("parent_id", key_text(), nullable=True))
        table.create_foreign_key(
            "fk_api_token_parent_id", "api_token", ["parent_id"], ["id"], ondelete="CASCADE", deferrable=True,
            initially="DEFERRED",
        )  # fmt: skip
    op.create_index(op.f("ix_api_token_parent_id"), "api_token", ["parent_id"], unique=False)


def downgrade() -> None:
    _refuse_forgetting()
    op.drop_index(op.f("ix_api_token_parent_id"), table_name="api_token")
    with op.batch_alter_table("api_token") as table:
        table.drop_constraint("fk_api_token_parent_id", type_="foreignkey")
        table.drop_column("parent_id")


def _refuse_forgetting() -> None:
    """With an older mcm they would outlive the token they were made with."""
    made = sa.select(sa.func.count()).select_from(sa.table("api_token")).where(sa.column("parent_id").is_not(None))
    if number := op.get_bind().scalar(made):
        raise Conflict(
            f"going back from schema {revision} would lose with which token {number} row{'s' if number > 1 else ''} "
            "of api_token were made; nothing was changed",
            next_step="revoke the tokens that were made with tokens first",
        )
