"""For which operating system, and for which term of a commitment, something was negotiated."""

import sqlalchemy as sa
from alembic import op

from mcm.db.migrations.loss import refuse_loss
from mcm.db.types import key_text

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was negotiated before names neither, and holds for all of them as it did."""
    with op.batch_alter_table("rate_rule") as table:
        table.add_column(sa.Column("operating_system", key_text(), nullable=True))
        table.add_column(sa.Column("term_months", sa.Integer(), nullable=True))


def downgrade() -> None:
    """A rule without its condition would hold for what it was not agreed for."""
    narrower = sa.or_(sa.column("operating_system").is_not(None), sa.column("term_months").is_not(None))
    refuse_loss(revision, ("rate_rule",), {"rate_rule": narrower})
    with op.batch_alter_table("rate_rule") as table:
        table.drop_column("term_months")
        table.drop_column("operating_system")
