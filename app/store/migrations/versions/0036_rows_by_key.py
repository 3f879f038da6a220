"""SQLite keeps the rows of four tables in the tree of their key, and not in a second one beside it."""

import sqlalchemy as sa
from alembic import op

from app.store.moments import UtcDateTime

revision = "0036"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Each is made anew, and its rows are put in by their key.

    Out of order, a tree of millions of rows would be written over and over.
    """
    if op.get_bind().dialect.name != "sqlite":
        return
    _make_anew(
        "timers",
        ("authority_id", "id"),
        *_texts("authority_id", "id", "instance_id", "kind", "ref", "element_id", "name"),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        _instance(),
        sa.UniqueConstraint("authority_id", "instance_id", "kind", "ref"),
    )
    op.create_index("ix_timers_due", "timers", ["due_at", "authority_id", "id"])
    _make_anew(
        "task_history",
        ("authority_id", "instance_id", "ref"),
        *_texts("authority_id", "instance_id", "ref", "element_id", "element_type"),
        sa.Column("entered_at", UtcDateTime(), nullable=False),
        sa.Column("left_at", UtcDateTime()),
        sa.Column("how", sa.String()),
        _instance(),
    )
    _make_anew(
        "kept_rows",
        ("authority_id", "child_id", "about", "row_key", "number"),
        *_texts("authority_id", "child_id", "about", "row_key"),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("until_at", UtcDateTime(), nullable=False),
        sa.Column("was", sa.Text(), nullable=False),
    )
    _make_anew(
        "submissions",
        ("authority_id", "token"),
        *_texts("authority_id", "token"),
        sa.Column("person_id", sa.String()),
        *_texts("result"),
        sa.Column("at", UtcDateTime(), nullable=False),
    )


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _instance() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["authority_id", "instance_id"], ["process_instances.authority_id", "process_instances.id"]
    )


def _make_anew(table: str, key: tuple[str, ...], *parts: sa.schema.SchemaItem) -> None:
    fresh = op.create_table(f"{table}_by_key", *parts, sa.PrimaryKeyConstraint(*key), sqlite_with_rowid=False)
    columns, order = ", ".join(column.name for column in fresh.columns), ", ".join(key)
    op.execute(f"INSERT INTO {fresh.name} ({columns}) SELECT {columns} FROM {table} ORDER BY {order}")  # noqa: S608 - our own names
    op.drop_table(table)
    op.rename_table(fresh.name, table)


def downgrade() -> None:
    """There is no way back, as for those before."""
    raise NotImplementedError
