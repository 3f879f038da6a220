"""What children are found by: their keys, searches that a person may come back to, whom a person saw last."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.store.db import Base


class ChildKey(Base):
    """A key under which a child is found (app.domain.finding): written with the name, the birth or the number."""

    __tablename__ = "child_keys"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    child_id: Mapped[str] = mapped_column(primary_key=True)
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        Index("ix_child_keys_child", "authority_id", "child_id"),
    )


class ChildSearch(Base):
    """What a person typed to find a child, for some hours: so that no address holds a name, and Back works."""

    __tablename__ = "child_searches"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str]
    words: Mapped[str]
    at: Mapped[datetime]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "person_id"], ["people.authority_id", "people.id"]),
        Index("ix_child_searches_at", "authority_id", "at"),
    )


class ChildSeen(Base):
    """When a person last opened a child's page."""

    __tablename__ = "children_seen"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True)
    child_id: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "person_id"], ["people.authority_id", "people.id"]),
        ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        Index("ix_children_seen_at", "authority_id", "person_id", "seen_at"),
    )


class Siblings(Base):
    """Two children who are brothers or sisters. `child_id` is the lesser of the two ids, so that a pair is one row."""

    __tablename__ = "siblings"
    authority_id: Mapped[str] = mapped_column(primary_key=True)
    child_id: Mapped[str] = mapped_column(primary_key=True)
    sibling_id: Mapped[str] = mapped_column(primary_key=True)
    linked_at: Mapped[datetime]
    linked_by: Mapped[str | None]
    __table_args__ = (
        ForeignKeyConstraint(["authority_id", "child_id"], ["children.authority_id", "children.id"]),
        ForeignKeyConstraint(["authority_id", "sibling_id"], ["children.authority_id", "children.id"]),
        Index("ix_siblings_sibling", "authority_id", "sibling_id"),
    )
