"""The triggers that keep what rows said: written from the tables of the code, on either database.

They are no migrations: a column that is added later is kept from then on without a thought. `uninstall` comes before
a migration, because SQLite rebuilds tables by renaming them, and refuses that while a trigger names them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

from app.store.kept import KEPT, NOBODY, Kept, is_json

PREFIX = "kept_of_"
_INTO = "INSERT INTO kept_rows (authority_id, child_id, about, row_key, number, until_at, was)"
_SQLITE_NOW = "coalesce((SELECT at FROM standing_clock), strftime('%Y-%m-%d %H:%M:%f', 'now') || '000')"
_POSTGRESQL_NOW = (
    "coalesce(nullif(current_setting('throughcare.now', true), '')::timestamptz, clock_timestamp())"
)
_IS_NUMBERED = (
    "(SELECT coalesce(max(k.number), 0) + 1 FROM kept_rows k WHERE k.authority_id = {authority} "
    "AND k.child_id = {child} AND k.about = '{about}' AND k.row_key = {key})"
)


def install(connection: Connection) -> None:
    """Make the triggers those that the code means; where they are already, nothing is touched."""
    make = _sqlite if connection.dialect.name == "sqlite" else _postgresql
    for one in KEPT.values():
        make(connection, one)


def uninstall(connection: Connection) -> None:
    """Take every one of them away, whatever the tables are called now."""
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name GLOB ?", (f"{PREFIX}*",)
        ).scalars()
        for name in found.all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        return
    functions = connection.exec_driver_sql(
        "SELECT proname FROM pg_proc WHERE starts_with(proname, %s)", (PREFIX,)
    )
    for name in functions.scalars().all():
        connection.exec_driver_sql(f"DROP FUNCTION {name}() CASCADE")


def _children(one: Kept, row: str) -> Iterator[str]:
    """Each child for whom a row is kept, as SQL."""
    if one.through is not None:
        table, column = one.through
        yield (
            f"(SELECT t.child_id FROM {table} t WHERE t.authority_id = {row}.authority_id "  # noqa: S608 - our own names
            f"AND t.id = {row}.{column})"
        )
    elif not one.children:
        yield f"'{NOBODY}'"
    else:
        yield from (f"coalesce({row}.{name}, '{NOBODY}')" for name in one.children)


def _rows(one: Kept, moment: str, was: str) -> Iterator[str]:
    key = " || '/' || ".join(f"OLD.{name}" for name in one.key)
    authority = f"OLD.{one.authority}"
    for child in _children(one, "OLD"):
        number = _IS_NUMBERED.format(authority=authority, child=child, about=one.table, key=key)
        yield f"{_INTO} SELECT {authority}, {child}, '{one.table}', {key}, {number}, {moment}, {was}"


def _sqlite(connection: Connection, one: Kept) -> None:
    found = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (one.table,)
    )
    known = {row.name: row.sql for row in found}
    for name, statement in _sqlite_triggers(one):
        if known.get(name) != statement:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
            connection.exec_driver_sql(statement)


def _sqlite_triggers(one: Kept) -> Iterator[tuple[str, str]]:
    # SQLite's own JSON functions are refused while the schema is not trusted, so the text is put together here
    whole = _json_text(_member(c.name) for c in one.columns)
    if one.changing:
        was = _json_text(
            f'CASE WHEN OLD."{c.name}" IS NOT NEW."{c.name}" THEN {_member(c.name)} ELSE \'\' END'
            for c in one.changing
        )
        names = ", ".join(f'"{c.name}"' for c in one.changing)
        differs = " OR ".join(f'OLD."{c.name}" IS NOT NEW."{c.name}"' for c in one.changing)
        name = f"{PREFIX}{one.table}_changed"
        body = "; ".join(_rows(one, _SQLITE_NOW, was))
        yield (
            name,
            f"CREATE TRIGGER {name} AFTER UPDATE OF {names} ON {one.table} WHEN {differs} BEGIN {body}; END",
        )
    name = f"{PREFIX}{one.table}_gone"
    body = "; ".join(_rows(one, _SQLITE_NOW, whole))
    yield name, f"CREATE TRIGGER {name} AFTER DELETE ON {one.table} BEGIN {body}; END"


def _json_text(members: Iterable[str]) -> str:
    return f"'{{' || rtrim({' || '.join(members)}, ',') || '}}'"


def _member(name: str) -> str:
    value = f'OLD."{name}"'
    text = f"replace(replace({value}, '\\', '\\\\'), '\"', '\\\"')"
    for code, letter in ((10, "n"), (13, "r"), (9, "t")):
        text = f"replace({text}, char({code}), '\\{letter}')"
    return (
        f"'\"{name}\":' || CASE typeof({value}) WHEN 'null' THEN 'null' WHEN 'text' THEN '\"' || {text} || '\"' "
        f"ELSE {value} END || ','"
    )


def _postgresql(connection: Connection, one: Kept) -> None:
    name = f"{PREFIX}{one.table}"
    body = _function(one)
    known = connection.exec_driver_sql(
        "SELECT p.prosrc FROM pg_proc p JOIN pg_trigger t ON t.tgfoid = p.oid "
        "WHERE p.proname = %s AND t.tgrelid = to_regclass(%s) LIMIT 1",
        (name, one.table),
    ).scalar()
    if known == body:
        return
    connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {name}() CASCADE")
    connection.exec_driver_sql(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $kept${body}$kept$"
    )
    for when in _postgresql_triggers(one, name):
        connection.exec_driver_sql(when)


def _postgresql_triggers(one: Kept, name: str) -> Iterator[str]:
    yield f"CREATE TRIGGER {name}_gone AFTER DELETE ON {one.table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    if one.changing:
        differs = " OR ".join(_differs(one, c.name) for c in one.changing)
        names = ", ".join(f'"{c.name}"' for c in one.changing)
        yield (
            f"CREATE TRIGGER {name}_changed AFTER UPDATE OF {names} ON {one.table} FOR EACH ROW "
            f"WHEN ({differs}) EXECUTE FUNCTION {name}()"
        )


def _differs(one: Kept, name: str) -> str:
    cast = "::text" if is_json(one.of.columns[name]) else ""
    return f'OLD."{name}"{cast} IS DISTINCT FROM NEW."{name}"{cast}'


def _function(one: Kept) -> str:
    whole = "json_build_object({})::text".format(
        ", ".join(f"'{c.name}', OLD.\"{c.name}\"" for c in one.columns)
    )
    # joined by hand: an aggregate makes something of every column, whether it has changed or not
    changes = ", ".join(
        f"CASE WHEN {_differs(one, c.name)} "
        f"THEN '\"{c.name}\":' || coalesce(to_json(OLD.\"{c.name}\")::text, 'null') END"
        for c in one.changing
    )
    was = f"'{{' || concat_ws(',', {changes}) || '}}'"
    deleted = "; ".join(_rows(one, _POSTGRESQL_NOW, whole))
    if not one.changing:
        return f"BEGIN {deleted}; RETURN NULL; END"
    updated = "; ".join(_rows(one, _POSTGRESQL_NOW, was))
    return f"BEGIN IF TG_OP = 'DELETE' THEN {deleted}; ELSE {updated}; END IF; RETURN NULL; END"
