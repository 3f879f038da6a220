"""The checks that a pathway passes before it is published, with what the project knows: roles, forms, rules, duties."""

from __future__ import annotations

from app.engine import check
from app.engine.contracts import Bundle, Finding
from app.services import reference


def findings_of(bundle: Bundle) -> list[Finding]:
    """What is wrong with the diagrams of a bundle, in the order of its files."""
    return [
        finding for text in bundle.files.values() for finding in findings_in(text.encode(), set(bundle.forms))
    ]


def findings_in(xml: bytes, forms: set[str] | None) -> list[Finding]:
    """What is wrong with one BPMN file; forms are not checked where None."""
    return check.check(
        xml,
        roles=reference.roles(),
        forms=forms,
        rules=set(reference.profile("default").deadlines),
        duties=set(reference.register().ids()),
    )
