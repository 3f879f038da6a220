"""The people that a form offers to choose from: those who hold the role that the chosen one takes on."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.form_parts import Option
from app.domain.forms import Form
from app.store.people import Person, PersonRole


def offered(session: Session, authority_id: str, form: Form) -> Form:
    """The form with the people that may be chosen; nobody else is accepted then."""
    people = people_for(session, authority_id, form)
    if not people:
        return form
    offers = {
        field.values_key: [Option(person_id, name) for person_id, name in people[field.allocates]]
        for field in form.fields
        if field.allocates
    }
    return form.offering(offers)


def people_for(
    session: Session, authority_id: str, form: Form | None
) -> dict[str, tuple[tuple[str, str], ...]]:
    """For each role that the form allocates: the people who hold it, by name."""
    roles = {field.allocates for field in form.fields if field.allocates} if form else set()
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for role in sorted(roles):
        rows = session.execute(
            select(Person.id, Person.name)
            .join(
                PersonRole,
                (PersonRole.authority_id == Person.authority_id) & (PersonRole.person_id == Person.id),
            )
            .where(Person.authority_id == authority_id, PersonRole.role == role, Person.disabled_at.is_(None))
            .order_by(Person.name)
        )
        found[role] = tuple((row.id, row.name) for row in rows)
    return found
