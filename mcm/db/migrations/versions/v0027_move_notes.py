"""Notes of a move's steps as codes with values, so that they can be said in another language."""

import sqlalchemy as sa
from alembic import op

from mcm.db.types import Json

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("move_step") as table:
        table.add_column(sa.Column("told", Json(), nullable=True))


def downgrade() -> None:
    """The same stands in English in `note`: nothing is lost."""
    with op.batch_alter_table("move_step") as table:
        table.drop_column("told")
