"""The checks that a pathway passes before it is published, with what the project knows: roles, forms, rules, duties.

Browser, command line and publishing all ask here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from app.engine import catalogue, check_duties, check_messages, waivers
from app.engine.check_bundle import check_bundle
from app.engine.check_elements import Known
from app.engine.check_messages import Around
from app.engine.contracts import Bundle, Finding
from app.services import reference

BY_THE_PLATFORM = (
    "escalate",
    "escalation_over",
    "notification_failed",
    "contribution_asked",
    "contribution_withdrawn",
    "action_agreed",
    "agreed_action_withdrawn",
)
"""Messages that no pathway sends, because this service does."""


def around(bundles: Iterable[Bundle]) -> Around:
    """What the pathways of these bundles, and the service, say to each other."""
    return check_messages.around(bundles, BY_THE_PLATFORM)


def findings_of(bundle: Bundle, others: Around | None = None) -> list[Finding]:
    """What is wrong with the diagrams and forms of a bundle, in the order of its files."""
    return [finding for found in findings_by_file(bundle, others).values() for finding in found]


def findings_by_file(bundle: Bundle, others: Around | None = None) -> dict[str, list[Finding]]:
    """What is wrong with a bundle by the path of the file; messages are looked at where the `others` are known."""
    return check_bundle(bundle, known(set(bundle.forms)), others)


def findings_in(
    xml: bytes,
    forms: set[str] | None,
    others: Around | None = None,
    *,
    name: str = "file.bpmn",
    shown: Mapping[str, Any] | None = None,
) -> list[Finding]:
    """What is wrong with one BPMN file on its own; which process it calls is not looked at.

    Forms are not checked where None; `shown` has what they ask, `name` is the file's path (folder/file).
    """
    one = Bundle("", {name: xml.decode("utf-8", "surrogateescape")}, shown or {})
    return check_bundle(one, known(forms), others)[name]


def known(forms: Collection[str] | None) -> Known:
    """The keys that the project knows, beside the given forms."""
    profile, register = reference.profile("default"), reference.register()
    return Known(
        roles=reference.roles(),
        forms=forms,
        rules=set(profile.deadlines),
        duties=set(register.ids()),
        processes=None,
        named={
            "switch": set(profile.switches),
            "money": set(profile.money),
            "word": set(profile.words),
            "recipients": set(profile.recipients),
        },
        timed={duty.id for duty in register if duty.strength == "must" and duty.deadline is not None},
    )


def lost_duties(old: Bundle, new: Bundle, others: Iterable[Bundle] = ()) -> list[Finding]:
    """What `old` met and `new` does not: an error for what must be done, unless another pathway in force meets it.

    A waiver in `new`, at the process, counts: `lost_duty.WAN-8-10: reason`.
    """
    elsewhere = {
        duty: catalogue.name_of(other)
        for other in others
        if other.key != new.key
        for duty in check_duties.met_in(other)
    }
    weak = {duty.id for duty in reference.register() if duty.strength != "must"}
    found = check_duties.lost_duties(old, new, elsewhere, weak)
    given = [waiver for text in new.files.values() for waiver in waivers.read(text)[0]]
    reasons = [one for one in given if one.rule.startswith(check_duties.LOST)]
    return [
        one for one in waivers.apply(found, reasons, (new.key,)) if one.rule.startswith(check_duties.LOST)
    ]


__all__ = ["Around", "around", "findings_by_file", "findings_in", "findings_of", "known", "lost_duties"]
