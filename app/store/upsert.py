"""Writing a row whether it is there already or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.store.db import is_postgresql


def put(
    session: Session, table: Table, rows: Sequence[Mapping[str, Any]], *, replace: Sequence[str] = ()
) -> None:
    """Insert rows; where a row with the same primary key is there already, give it the new values of `replace`.

    Two people may write the same thing of one child at the same moment: neither must fail, and neither must have
    to look first.
    """
    insert = postgresql.insert if is_postgresql(session) else sqlite.insert
    statement = insert(table)
    if replace:
        keys = [column.name for column in table.primary_key]
        fresh = {name: statement.excluded[name] for name in replace}
        session.connection().execute(statement.on_conflict_do_update(index_elements=keys, set_=fresh), rows)
    else:
        session.connection().execute(statement.on_conflict_do_nothing(), rows)
