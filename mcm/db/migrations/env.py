"""Alembic's environment: the connection is handed in by `mcm.db.migrate`, inside its transaction."""

from alembic import context

from mcm.models.every import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
