"""The checks that a pathway passes before it is published, with what the project knows: roles, forms, rules, duties."""

from __future__ import annotations

from app.engine import check
from app.engine.check_picture import check_picture
from app.engine.contracts import Bundle, Finding
from app.services import reference


def findings_of(bundle: Bundle) -> list[Finding]:
    """What is wrong with the diagrams of a bundle, in the order of its files."""
    return [
        finding for text in bundle.files.values() for finding in findings_in(text.encode(), set(bundle.forms))
    ]


def findings_in(xml: bytes, forms: set[str] | None) -> list[Finding]:
    """What is wrong with one BPMN file, and what is hard to read in its drawing; forms are not checked where None."""
    found = check.check(
        xml,
        roles=reference.roles(),
        forms=forms,
        rules=set(reference.profile("default").deadlines),
        duties=set(reference.register().ids()),
    )
    return found + [finding for finding in check_picture(xml) if finding not in found]
