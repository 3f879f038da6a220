"""Profiles: what each area says, what it takes from the default, and what a mistaken file is told."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

import pytest

from app.domain.errors import BadInput
from app.domain.profiles import Profile, build_profiles
from app.services import reference
from tests.domain.conftest import london

AREAS = ("default", "wandsworth", "stockport", "knowsley", "salford", "stoke")

# deadlines.md, 2a: key, default rule, statutory rule
RULES = """
notify.remand_alert 24 hours
notify.court_outcome 24 hours
notify.case_allocation 24 hours
remand.sw_allocation 24 hours
remand.first_meeting 5 working_days
remand.initial_assessment 10 calendar_days
remand.detention_placement_plan 10 working_days 10 working_days
remand.prison_number 10 calendar_days
remand.care_panel_request 10 calendar_days
remand.single_assessment 45 working_days 45 working_days
notify.referral_to_yjs 24 hours
notify.offence_out_of_borough 24 hours
risk_panel.interval 1 months
safeguarding.immediate_call 0 hours
rilaa.care_plan 5 working_days 5 working_days
visit.remand.first 5 working_days 1 weeks
visit.remand.interval_yda 20 working_days 6 weeks
visit.remand.interval_rilaa 30 working_days 6 weeks
visit.sentenced.first 1 weeks 1 weeks
visit.sentenced.year1 4 weeks 6 weeks
visit.sentenced.later 3 months 3 months
visit.former_lac.first 10 working_days 10 working_days
custody.needs_assessment 20 working_days
custody.contact_establishment 5 working_days
review.first 28 calendar_days 20 working_days
review.second 3 months 3 months
review.subsequent 6 months 6 months
yro.adjournment 15 working_days
yro.referral 1 working_days
yro.assessment_lead 2 calendar_days before
release.prep_meeting_lead 1 months before
release.care_panel_lead 14 calendar_days before
release.info_to_yp_lead 14 calendar_days before
release.dcs_escalation_lead 7 calendar_days before
escalation.response 10 working_days
allowance.interval 1 weeks
clothing.interval 6 months
pathway_plan.review 6 months 6 months
pathway_plan.deadline 3 months
meeting.quarterly_interval 3 months
""".strip().splitlines()


@pytest.mark.parametrize("line", RULES, ids=lambda line: line.split()[0])
def test_the_default_has_the_rule(profiles: Mapping[str, Profile], line: str) -> None:
    key, amount, unit, *rest = line.split()
    direction = rest.pop(0) if rest[:1] == ["before"] else "after"

    rule = profiles["default"].deadline(key)

    assert rule.local
    assert (rule.local.amount, rule.local.unit, rule.local.direction) == (int(amount), unit, direction)
    stated = [str(rule.statutory.amount), rule.statutory.unit] if rule.statutory else []
    assert stated == rest
    assert rule.title
    assert rule.counted_from


@pytest.mark.parametrize("area", AREAS)
def test_every_area_has_every_rule_of_the_default(profiles: Mapping[str, Profile], area: str) -> None:
    assert set(profiles[area].deadlines) >= set(profiles["default"].deadlines)


@pytest.mark.parametrize("area", AREAS)
def test_every_limit_names_its_source(profiles: Mapping[str, Profile], area: str) -> None:
    sides = [
        side for rule in profiles[area].deadlines.values() for side in (rule.local, rule.statutory) if side
    ]

    assert all(side.source for side in sides)


@pytest.mark.parametrize("area", AREAS)
def test_a_number_taken_from_a_clause_is_the_number_of_that_clause(
    profiles: Mapping[str, Profile], area: str
) -> None:
    register = reference.register()
    days = {"calendar_days": 1, "weeks": 7}
    checked = 0
    for key, rule in profiles[area].deadlines.items():
        for duty_id in re.findall(r"[A-Z]{3}-[A-Z0-9.]+-\d\d", rule.local.source if rule.local else ""):
            stated = register.duty(duty_id).deadline
            if stated is None:  # the clause gives no number, and the source says so or is spelt out in words
                continue
            assert rule.local
            assert rule.local.direction == stated.direction, key
            ours, theirs = days.get(rule.local.unit), days.get(stated.unit)
            assert rule.local.amount * (ours or 1) == stated.amount * (theirs or 1), key
            assert bool(ours) == bool(theirs), key
            assert ours or rule.local.unit == stated.unit, key
            checked += 1
    assert checked > 25


def test_what_is_known_from_memory_only_is_marked(profiles: Mapping[str, Profile]) -> None:
    statutory = {key: rule.statutory for key, rule in profiles["default"].deadlines.items() if rule.statutory}

    unverified = {key for key, side in statutory.items() if not side.verified}

    assert {"review.first", "review.second", "review.subsequent", "visit.sentenced.year1"} <= unverified
    assert "visit.remand.first" not in unverified


@pytest.mark.parametrize(
    ("area", "key", "amount", "unit"),
    [
        ("wandsworth", "escalation.response", 10, "calendar_days"),
        ("stockport", "escalation.response", 10, "working_days"),
        ("stockport", "notify.court_outcome", 0, "calendar_days"),
        ("stoke", "protocol.review_interval", 12, "months"),
        ("knowsley", "protocol.review_interval", 24, "months"),
    ],
)
def test_an_area_has_its_own_number(
    profiles: Mapping[str, Profile], area: str, key: str, amount: int, unit: str
) -> None:
    local = profiles[area].deadline(key).local

    assert local
    assert (local.amount, local.unit) == (amount, unit)


@pytest.mark.parametrize(
    ("switch", "areas"),
    [
        ("care_panel", {"wandsworth"}),
        ("sixteen_plus_panel", {"stockport"}),
        ("ipep_panel", {"stockport"}),
        ("quarterly_meeting", {"salford"}),
        ("working_hours_clock", set()),
        ("visit_same_day_yda", set()),
        ("visit_same_day_rilaa", set(AREAS)),
    ],
)
def test_a_switch_is_on_in_these_areas(profiles: Mapping[str, Profile], switch: str, areas: set[str]) -> None:
    assert {key for key, profile in profiles.items() if profile.switch(switch)} == areas


def test_a_rule_that_hangs_on_a_switch_is_used_only_where_it_is_on(profiles: Mapping[str, Profile]) -> None:
    panel = profiles["default"].deadline("remand.care_panel_request")

    assert profiles["wandsworth"].applies(panel)
    assert not profiles["stockport"].applies(panel)


def test_wandsworth_tells_six_of_a_remand_and_stockport_social_care(profiles: Mapping[str, Profile]) -> None:
    assert set(profiles["wandsworth"].recipients["remand_alert"]) == {
        "csc_team_manager", "iro_manager", "head_of_service", "virtual_school", "lac_nurse", "csc_front_door",
    }  # fmt: skip
    assert set(profiles["stockport"].recipients["remand_alert"]) == {"csc_front_door", "csc_team_manager"}


@pytest.mark.parametrize(
    ("area", "yjs", "csc"),
    [
        (
            "wandsworth",
            "yjs_team_manager head_of_service deputy_director",
            "csc_team_manager service_manager deputy_director",
        ),
        ("stockport", "yjs_team_manager service_manager", "csc_team_manager service_manager"),
        (
            "knowsley",
            "yjs_team_manager senior_manager safeguarding_board",
            "csc_team_manager senior_manager safeguarding_board",
        ),
        ("salford", "yjs_team_manager senior_manager", "leaving_care_manager senior_manager"),
        (
            "stoke",
            "yjs_team_manager service_manager head_of_service",
            "csc_team_manager service_manager head_of_service",
        ),
    ],
)
def test_an_area_has_its_ladder(profiles: Mapping[str, Profile], area: str, yjs: str, csc: str) -> None:
    profile = profiles[area]

    for agency, ladder in (("yjs", yjs), ("csc", csc)):
        levels = range(1, len(profile.ladder) + 1)
        assert [profile.ladder_role(level, agency) for level in levels] == ladder.split()


def test_the_ladder_ends_and_serves_every_agency(profiles: Mapping[str, Profile]) -> None:
    assert profiles["stockport"].ladder_role(3, "yjs") is None
    assert profiles["stockport"].ladder_role(0, "yjs") is None
    assert profiles["stockport"].ladder_role(1, "health") == "csc_team_manager"


def test_contacts_are_nobodys(profiles: Mapping[str, Profile]) -> None:
    contacts = [
        contact for profile in profiles.values() for listed in profile.contacts.values() for contact in listed
    ]

    assert contacts
    assert all(contact.email.endswith(".example") for contact in contacts)
    kept_for_drama = ("020 7946 0", "01632 960", "0161 496 0", "0151 496 0")
    assert all(contact.phone.startswith(kept_for_drama) for contact in contacts)


def test_an_area_is_found_by_its_other_name() -> None:
    assert reference.profile("stoke-on-trent") is reference.profile("stoke")
    with pytest.raises(BadInput, match=r"no profile called “leeds”\. There are default, knowsley"):
        reference.profile("leeds")


def test_an_unknown_rule_is_answered_with_the_nearest(profiles: Mapping[str, Profile]) -> None:
    with pytest.raises(
        BadInput, match=r"no time limit called “visit\.remand\.frist”\. Did you mean visit\.remand\.first"
    ):
        profiles["wandsworth"].deadline("visit.remand.frist")


def test_an_unknown_switch_is_an_error(profiles: Mapping[str, Profile]) -> None:
    with pytest.raises(BadInput, match="no switch called “panel”"):
        profiles["default"].switch("panel")


# --- files that are wrong

Raw = dict[str, Any]


@pytest.fixture
def raw() -> Raw:
    """A parent and a child profile, both right."""
    parent = {
        "key": "default",
        "name": "Default",
        "switches": {"care_panel": False, "working_hours_clock": False},
        "contacts": {
            "iro": [{"label": "Reviewing", "email": "iro@default.example", "phone": "01632 960001"}]
        },
        "recipients": {"remand_alert": ["iro"]},
        "ladder": [{"roles": {"any": "iro"}}],
        "deadlines": {
            "escalation.response": {
                "title": "Response",
                "counted_from": "raised",
                "local": {"amount": 10, "unit": "working_days"},
                "source": "default",
            },
            "visit.first": {
                "title": "First visit",
                "counted_from": "placed",
                "local": {"amount": 5, "unit": "working_days"},
                "statutory": {"amount": 1, "unit": "weeks", "source": "regulation 28"},
                "source": "clause 8",
                "acknowledged": "The week stands over a bank holiday.",
            },
        },
    }
    return copy.deepcopy({"default": parent, "area": {"key": "area", "name": "Area", "extends": "default"}})


def built(raw: Raw) -> dict[str, Profile]:
    return build_profiles(raw, reference.calendar_for, {"iro"})


def put(raw: Raw, profile: str, path: str, value: Any) -> Raw:
    """`raw` with `value` at the place `path` (its parts separated by spaces) of one profile."""
    *way, last = path.split()
    inner = raw[profile]
    for step in way:
        inner = inner.setdefault(step, {})
    inner[last] = value
    return raw


def test_a_child_takes_what_it_does_not_say(raw: Raw) -> None:
    area = built(put(raw, "area", "words service", "YOS"))["area"]

    assert area.deadline("visit.first") == built(raw)["default"].deadline("visit.first")
    assert area.words == {"service": "YOS"}
    assert area.ladder_role(1, "yjs") == "iro"
    assert area.division == "england"


def test_a_child_may_name_its_own_source_and_keep_the_acknowledgement(raw: Raw) -> None:
    rule = built(put(raw, "area", "deadlines visit.first", {"source": "clause 9"}))["area"].deadline(
        "visit.first"
    )

    assert rule.local
    assert rule.local.source == "clause 9"
    assert rule.acknowledged


def test_a_child_may_drop_a_side(raw: Raw) -> None:
    rule = built(put(raw, "area", "deadlines visit.first", {"local": None}))["area"].deadline("visit.first")

    assert rule.local is None
    assert rule.statutory


def test_new_numbers_need_an_acknowledgement_of_their_own(raw: Raw) -> None:
    entry = {"local": {"amount": 10, "unit": "calendar_days"}, "source": "annex"}

    with pytest.raises(BadInput) as refused:
        built(put(raw, "area", "deadlines visit.first", entry))

    assert refused.value.errors["area"] == [
        "The profile area, visit.first: the local 10 days may end later than the statutory one week "
        "(regulation 28). Counted from Wednesday 1 January 2025 it would end Saturday 11 January 2025, not "
        "Wednesday 8 January 2025. Shorten it, or add “acknowledged” with the reason."
    ]


def test_a_local_rule_later_than_the_statute_stands_once_acknowledged(raw: Raw) -> None:
    entry = {
        "local": {"amount": 10, "unit": "calendar_days"},
        "source": "annex",
        "acknowledged": "The annex says ten days; the week stands.",
    }

    rule = built(put(raw, "area", "deadlines visit.first", entry))["area"].deadline("visit.first")

    assert rule.acknowledged == "The annex says ten days; the week stands."


@pytest.mark.parametrize("key", ["visit.remand.first", "visit.remand.interval_rilaa", "review.first"])
def test_wandsworth_acknowledges_what_its_protocol_says_too_late(
    profiles: Mapping[str, Profile], key: str
) -> None:
    assert "WAN-8-" in profiles["wandsworth"].deadline(key).acknowledged


def test_the_working_hours_clock_stops_local_hours_only(raw: Raw) -> None:
    entry = {
        "title": "Alert",
        "counted_from": "remand",
        "local": {"amount": 24, "unit": "hours", "source": "clause 8"},
    }
    put(raw, "area", "deadlines alert", entry)
    put(raw, "area", "switches working_hours_clock", True)

    area = built(raw)["area"]

    local = area.deadline("alert").local
    assert local
    assert local.unit == "working_day_hours"
    visit = area.deadline("visit.first").local
    assert visit
    assert visit.unit == "working_days"


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        (
            "deadlines visit.first local amount",
            -1,
            "deadlines visit.first local amount: Enter a whole number from 0",
        ),
        (
            "deadlines visit.first local amount",
            5.5,
            "deadlines visit.first local amount: Not a valid integer",
        ),
        ("deadlines visit.first local unit", "fortnights", "local unit: Choose one of hours, calendar_days,"),
        ("deadlines visit.first local direction", "up", "local direction: Choose after or before"),
        ("deadlines visit.first limit", 5, "deadlines visit.first limit: Unknown field"),
        ("deadlines visit.first acknowledged", "ok", "acknowledged: Give the reason in a sentence"),
        ("deadlines visit.first title", None, "deadlines visit.first title: Field may not be null"),
        ("switches care_panel", "perhaps", "switches care_panel: Not a valid boolean"),
        ("settings transition.age", {"from": 18}, "settings transition.age: Enter words, a whole number"),
        ("money allowance.amount", -40, "money allowance.amount: Enter an amount in pounds"),
        ("money allowance.amount", True, "money allowance.amount: Enter an amount in pounds"),
        ("contacts iro", [{"label": "R", "email": "iro", "phone": "1"}], "email: Not a valid email address"),
        ("ladder", [{"roles": {"yjs": "iro"}}], "Say who it is for “any” agency"),
        ("key", "other", "calls itself “other”"),
        ("colour", "blue", "colour: Unknown field"),
    ],
)
def test_a_file_that_is_malformed_is_told_where(raw: Raw, path: str, value: Any, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        built(put(raw, "default", path, value))

    assert any(sentence in told for told in refused.value.errors["default"])


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("extends", "nowhere", "extends “nowhere”, which does not exist"),
        (
            "deadlines new.rule",
            {"local": {"amount": 1, "unit": "hours"}},
            "new.rule: say the source of the local rule",
        ),
        ("deadlines new.rule", {"title": "New"}, "give the rule a title and say what it is counted from"),
        ("deadlines new.rule", {"title": "New", "counted_from": "now"}, "a local or a statutory time limit"),
        ("deadlines visit.first", {"only_with": "panel"}, "there is no switch called “panel”"),
        (
            "deadlines visit.first",
            {"local": {"amount": 1, "unit": "weeks", "direction": "before"}, "source": "clause 1"},
            "count in different directions",
        ),
        (
            "recipients remand_alert",
            ["nurse"],
            "the list remand_alert names the role “nurse”, which is not in the table",
        ),
        ("ladder", [{"roles": {"any": "iro"}, "response": "soon"}], "level 1 of the ladder waits for “soon”"),
    ],
)
def test_a_profile_that_does_not_hold_together_is_told_why(
    raw: Raw, path: str, value: Any, sentence: str
) -> None:
    with pytest.raises(BadInput) as refused:
        built(put(raw, "area", path, value))

    assert any(sentence in told for told in refused.value.errors["area"])
    assert sentence in refused.value.sentence


def test_a_role_to_be_told_needs_a_contact(raw: Raw) -> None:
    put(raw, "area", "recipients remand_alert", ["iro", "lac_nurse"])

    with pytest.raises(BadInput, match="names the role “lac_nurse”, which has no contact"):
        build_profiles(raw, reference.calendar_for, {"iro", "lac_nurse"})


def test_profiles_that_extend_each_other_are_refused(raw: Raw) -> None:
    put(raw, "default", "extends", "area")

    with pytest.raises(BadInput, match="extends itself, by way of default and area"):
        built(raw)


def test_a_mistake_in_the_parent_is_told_once(raw: Raw) -> None:
    put(raw, "default", "name", "")

    with pytest.raises(BadInput) as refused:
        built(raw)

    assert list(refused.value.errors) == ["default"]


def test_every_rule_of_every_area_can_be_counted_and_explained(profiles: Mapping[str, Profile]) -> None:
    for area, profile in profiles.items():
        for key in profile.deadlines:
            deadline = reference.explain_deadline(key, area, london("2026-12-24T17:40"))
            assert deadline.explanation.startswith(
                ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Sat", "Sun")
            )
