"""Which price lists claim to name everything that is sold, and what availability a provider promised for a location."""

import sqlalchemy as sa
from alembic import op

from mcm.db.migrations.loss import refuse_loss
from mcm.db.types import Exact, key_text

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("price_list") as table:
        table.add_column(sa.Column("complete", sa.Boolean(), nullable=False, server_default=sa.false()))
    # What was read from a cloud (it has no key of a file) is all that it said; the examples are lists of their own.
    lists = sa.table("price_list", sa.column("complete"), sa.column("live_key"), sa.column("seed"))
    whole = sa.or_(lists.c.live_key.is_(None), lists.c.seed.is_(sa.true()))
    op.execute(sa.update(lists).where(whole).values(complete=sa.true()))
    with op.batch_alter_table("price_list") as table:
        table.alter_column("complete", server_default=None, existing_type=sa.Boolean(), existing_nullable=False)
    with op.batch_alter_table("location_setting") as table:
        table.add_column(sa.Column("sla_percent", Exact(), nullable=True))
        table.add_column(sa.Column("sla_source", key_text(), nullable=True))


def downgrade() -> None:
    """Lists of before take the place of each other as wholes. What somebody was promised does not come again."""
    promised = sa.column("sla_percent").is_not(None)
    refuse_loss(revision, ("location_setting",), {"location_setting": promised})
    with op.batch_alter_table("location_setting") as table:
        table.drop_column("sla_source")
        table.drop_column("sla_percent")
    with op.batch_alter_table("price_list") as table:
        table.drop_column("complete")
