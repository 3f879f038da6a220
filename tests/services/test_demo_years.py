"""Invented children over years: what the engine lived and what was copied from it keep every invariant."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.domain.errors import BadInput
from app.services.demo_years import filling
from app.store.children import Child
from app.store.db import reading
from app.store.instances import ProcessInstance
from tests.crash import invariants


def test_copies_of_lived_children_keep_every_invariant(filled_app: Flask) -> None:
    made = filling.fill("wandsworth", 9, 1, lives=3)

    invariants.assert_all()
    with reading() as session:
        assert (
            session.scalar(select(func.count()).select_from(ProcessInstance))
            == made.rows["process_instances"]
        )
        names = session.scalars(
            select(Child.search_name).where(Child.id.in_(select(ProcessInstance.child_id)))
        ).all()
    assert made.lived == 3
    assert made.children == len(names) == 9


@pytest.mark.parametrize(
    ("authority", "children", "years"), [("atlantis", 5, 1), ("wandsworth", 0, 1), ("wandsworth", 5, 99)]
)
def test_what_cannot_be_made_is_said(
    filled_sqlite_app: Flask, authority: str, children: int, years: float
) -> None:
    with pytest.raises(BadInput):
        filling.fill(authority, children, years)
