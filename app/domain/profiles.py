"""Protocol profiles: how one authority works, in names, numbers, switches, contacts and its escalation ladder.

A profile extends another one and says only what differs. A local rule that may end later than the statutory
one is refused, unless the profile acknowledges it with a reason; the statute then still wins where it is
earlier.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from app.domain.deadlines import DeadlineRule
from app.domain.errors import BadInput
from app.domain.profile_files import ANY_AGENCY, Contact, LadderStep, ProfileFile, read_profile_file
from app.domain.statute_check import later_than_statute
from app.domain.workdays import WorkingCalendar

__all__ = ["Contact", "LadderStep", "Profile", "build_profiles"]

Setting = str | int | bool | tuple[str, ...]


@dataclass(frozen=True)
class Profile:
    """One authority's protocol, with everything that it takes from the profile it extends.

    `words` are names to show; `switches` say what the area has (a care panel, say); `settings` are choices,
    ages and numbers that are not time limits; `money` is in pounds; `recipients` are lists of role keys.
    `area` is the area of the duty register, or None for the default.
    """

    key: str
    name: str
    extends: str | None
    area: str | None
    aliases: tuple[str, ...]
    division: str
    words: Mapping[str, str]
    deadlines: Mapping[str, DeadlineRule]
    switches: Mapping[str, bool]
    settings: Mapping[str, Setting]
    contacts: Mapping[str, tuple[Contact, ...]]
    recipients: Mapping[str, tuple[str, ...]]
    money: Mapping[str, int | float]
    ladder: tuple[LadderStep, ...]

    def deadline(self, key: str) -> DeadlineRule:
        """The rule under `key`, on the area's clock. Raises BadInput, with the nearest keys, if unknown."""
        rule = self.deadlines.get(key)
        if rule is None:
            near = get_close_matches(key, self.deadlines, n=3)
            hint = f" Did you mean {' or '.join(near)}?" if near else ""
            raise BadInput(f"The profile {self.name} has no time limit called “{key}”.{hint}")
        if self.switches.get("working_hours_clock"):
            return _on_working_days_clock(rule)
        return rule

    def applies(self, rule: DeadlineRule) -> bool:
        """Whether the area uses `rule` at all (it may hang on a switch, such as the care panel)."""
        return not rule.only_with or self.switches.get(rule.only_with, False)

    def switch(self, name: str) -> bool:
        """Whether `name` is switched on. Raises BadInput for a switch that no profile has."""
        if name not in self.switches:
            raise BadInput(f"The profile {self.name} has no switch called “{name}”.")
        return self.switches[name]

    def ladder_role(self, level: int, agency: str) -> str | None:
        """The role key of escalation `level` (from 1) for `agency`; None above the top of the ladder."""
        if not 1 <= level <= len(self.ladder):
            return None
        roles = self.ladder[level - 1].roles
        return roles.get(agency, roles[ANY_AGENCY])


def build_profiles(
    raw: Mapping[str, Any],
    calendar_for: Callable[[str], WorkingCalendar],
    roles: Collection[str] | None = None,
) -> dict[str, Profile]:
    """Profiles by key from `{key: what its file says}`; `roles` are the known role keys, if to be checked.

    `calendar_for(division)` gives the working days on which local and statutory rules are compared.
    Raises BadInput with a sentence for each mistake, under the profile's key.
    """
    errors: dict[str, list[str]] = {}
    files: dict[str, ProfileFile] = {}
    for key, said in raw.items():
        try:
            files[key] = read_profile_file(key, said)
        except BadInput as error:
            errors[key] = error.errors[key]
    built: dict[str, Profile] = {}
    for key in files:
        _build(key, files, built, errors, ())
    for key, profile in built.items():
        mistakes = _mistakes(profile, calendar_for, roles)
        if mistakes:
            errors[key] = mistakes
    if errors:
        first = next(iter(errors.values()))[0]
        raise BadInput(f"The profiles cannot be used. {first}", errors)
    return built


def _build(
    key: str,
    files: Mapping[str, ProfileFile],
    built: dict[str, Profile],
    errors: dict[str, list[str]],
    path: tuple[str, ...],
) -> None:
    """Put the profile `key` into `built`, its parent first; a mistake goes to `errors`."""
    if key in built or key in errors:
        return
    said = files[key]
    parent_key = said.extends
    if parent_key in (*path, key):
        errors[key] = [f"The profile {key} extends itself, by way of {' and '.join((*path, key))}."]
        return
    if parent_key is not None and parent_key not in files:
        if parent_key not in errors:
            errors[key] = [f"The profile {key} extends “{parent_key}”, which does not exist."]
        return
    if parent_key is not None:
        _build(parent_key, files, built, errors, (*path, key))
        if parent_key not in built:
            return
    try:
        built[key] = _extended(said, built[parent_key] if parent_key else None)
    except BadInput as error:
        errors[key] = error.errors[key]


def _extended(said: ProfileFile, parent: Profile | None) -> Profile:
    inherited = parent.deadlines if parent else {}
    deadlines = dict(inherited)
    mistakes = []
    for key, override in said.deadlines.items():
        try:
            deadlines[key] = override.over(key, inherited.get(key))
        except BadInput as error:
            mistakes.append(f"The profile {said.key}, {key}: {error.sentence}")
    if mistakes:
        raise BadInput(mistakes[0], {said.key: mistakes})
    return Profile(
        key=said.key,
        name=said.name,
        extends=said.extends,
        area=said.area,
        aliases=said.aliases,
        division=said.division or (parent.division if parent else "england"),
        words={**(parent.words if parent else {}), **said.words},
        deadlines=deadlines,
        switches={**(parent.switches if parent else {}), **said.switches},
        settings={**(parent.settings if parent else {}), **said.settings},
        contacts={**(parent.contacts if parent else {}), **said.contacts},
        recipients={**(parent.recipients if parent else {}), **said.recipients},
        money={**(parent.money if parent else {}), **said.money},
        ladder=said.ladder if said.ladder is not None else (parent.ladder if parent else ()),
    )


def _mistakes(
    profile: Profile,
    calendar_for: Callable[[str], WorkingCalendar],
    roles: Collection[str] | None,
) -> list[str]:
    """What is wrong in a finished profile, a sentence each."""
    at = f"The profile {profile.key}"
    found = []
    for key in profile.deadlines:
        rule = profile.deadline(key)
        if rule.only_with and rule.only_with not in profile.switches:
            found.append(f"{at}, {key}: there is no switch called “{rule.only_with}”.")
        if rule.local and rule.statutory and not rule.acknowledged:
            late = later_than_statute(rule.local, rule.statutory, calendar_for(profile.division))
            if late:
                found.append(f"{at}, {key}: {late.sentence()}")
    for level, step in enumerate(profile.ladder, start=1):
        if step.response not in profile.deadlines:
            found.append(
                f"{at}: level {level} of the ladder waits for “{step.response}”, which is no rule key."
            )
    for role, where in _roles_named(profile).items():
        if roles is not None and role not in roles:
            found.append(f"{at}: {where} names the role “{role}”, which is not in the table of roles.")
        elif role not in profile.contacts:
            found.append(f"{at}: {where} names the role “{role}”, which has no contact.")
    return found


def _roles_named(profile: Profile) -> dict[str, str]:
    named = {
        role: f"level {level} of the ladder"
        for level, step in enumerate(profile.ladder, start=1)
        for role in step.roles.values()
    }
    named |= {role: f"the list {name}" for name, listed in profile.recipients.items() for role in listed}
    return dict.fromkeys(profile.contacts, "the contacts") | named


def _on_working_days_clock(rule: DeadlineRule) -> DeadlineRule:
    local = rule.local
    if local is None or local.unit != "hours" or local.direction != "after" or local.amount == 0:
        return rule
    return replace(rule, local=replace(local, unit="working_day_hours"))
