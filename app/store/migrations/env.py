"""How Alembic runs: always on the connection that `app.store.schema.upgrade` hands over."""

from alembic import context

from app.store import tables
from app.store.db import Base

assert tables.audit
connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
)
context.run_migrations()
