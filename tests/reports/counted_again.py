"""Each report counted again, report by report, from the audit alone. Nothing here is imported from the reports."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from tests.reports.audit_alone import LONDON, Everything, Told, moment

Cells = list[tuple[Any, ...]]


def london(at: datetime) -> date:
    return at.astimezone(LONDON).date()


def stays_of(told: Everything) -> list[dict[str, Any]]:
    """Every stay: child, in, out, the rate last answered for it."""
    stays: list[dict[str, Any]] = []
    for entry in told.entries:
        if entry["kind"] == "bed_nights_opened":
            from_at = moment(entry["facts"]["detail"])
            stays.append(
                {
                    "child": entry["child_id"],
                    "from": from_at,
                    "in": london(from_at),
                    "out": None,
                    "rate": None,
                }
            )
        elif entry["kind"] == "bed_nights_closed":
            for stay in stays:
                if stay["child"] == entry["child_id"] and stay["out"] is None:
                    stay["out"] = london(moment(entry["facts"]["detail"]))
    for answer in told.answered("remand_yda/open_bed_night_record", "remand_yda/report_bed_nights"):
        own = [s for s in stays if s["child"] == answer["child"] and s["from"] <= answer["at"]]
        if own and answer["given"].get("nightly_rate") is not None:
            max(own, key=lambda stay: stay["from"])["rate"] = answer["given"]["nightly_rate"]
    return stays


def evenings(stay: dict[str, Any], until: date) -> list[date]:
    """Each evening of a stay, up to `until`."""
    found, day = [], stay["in"]
    while day <= until and (stay["out"] is None or day < stay["out"]):
        found.append(day)
        day += timedelta(days=1)
    return found


def bed_nights(told: Everything, first: date, last: date, now: datetime) -> tuple[Cells, dict[str, Any]]:
    """(child, in, out, nights, rate, cost) of each stay, evening by evening; what is held, spent, left and forecast."""
    today = london(now)
    year_end = date(today.year if today.month <= 3 else today.year + 1, 3, 31)
    rows, sums = [], {"held": 0, "spent": 0.0, "forecast": 0.0, "left": None}
    balance = [
        (
            answer["given"]["budget_balance"],
            answer["given"].get("reported_on") or answer["given"]["admitted_on"],
        )
        for answer in told.answered("remand_yda/open_bed_night_record", "remand_yda/report_bed_nights")
        if answer["given"].get("budget_balance") is not None and london(answer["at"]) <= last
    ]
    since = date.fromisoformat(balance[-1][1]) if balance else today
    used = 0.0
    for stay in stays_of(told):
        days, rate = evenings(stay, year_end), stay["rate"] or 0
        counted = [day for day in days if first <= day <= last and day < today]
        used += rate * len([day for day in days if since < day < today and day <= last])
        if counted or first <= stay["in"] <= last or (stay["out"] and first <= stay["out"] <= last):
            cost = None if stay["rate"] is None else round(len(counted) * rate, 2)
            rows.append((stay["child"], stay["in"], stay["out"], len(counted), stay["rate"], cost))
            sums["spent"] += cost or 0
            if stay["out"] is None:
                sums["held"] += 1
                sums["forecast"] += rate * len([day for day in days if day >= today])
    sums["left"] = round(balance[-1][0] - used, 2) if balance else None
    return rows, sums


FORMS = {
    "visits": "remand_yda/record_first_visit remand_yda/record_visit rilaa/visit_on_day_placed "
    "rilaa/record_placement_visit rilaa/record_later_visit custodial_sentence/record_first_visit "
    "custodial_sentence/visit custodial_sentence/visit_former custodial_sentence/adviser_visit",
    "notifications": "remand_yda/confirm_all_told remand_yda/tell_court_outcome remand_yda/tell_of_bail "
    "rilaa/confirm_social_care_told custodial_sentence/tell_of_outcome custodial_sentence/tell_of_sentence "
    "remand_yda/keep_social_worker remand_yda/allocate_social_worker",
    "reviews": "remand_yda/hold_first_review remand_yda/hold_second_review remand_yda/hold_later_review "
    "custodial_sentence/hold_combined_review release_preparation/hold_final_review",
    "assessments": "remand_yda/complete_initial_assessment remand_yda/complete_single_assessment",
    "attendance": "remand_yda/attend_planning_meeting remand_yda/hold_first_review remand_yda/hold_second_review "
    "remand_yda/hold_later_review custodial_sentence/hold_combined_review release_preparation/hold_final_review "
    "release_preparation/hold_preparation_meeting release_preparation/hold_pre_release_meeting "
    "release_preparation/hold_one_meeting custodial_sentence/invite_to_planning custodial_sentence/invite_to_review "
    "release_preparation/invite_to_release_meetings",
    "release-information": "release_preparation/ten_things",
    "payments": "remand_yda/pay_allowance remand_yda/pay_clothing",
    "yro-timeliness": "yro_laa/refer_to_front_door yro_laa/send_assessment",
}
WORDS = {"on_time": "Done in time", "late": "Done late", "overdue": "Overdue", "open": "Open",
         "not_needed": "Not needed", "not_done": "Not done"}  # fmt: skip


def due_between(told: Everything, first: date, last: date) -> list[Told]:
    """The tasks that count within these days."""
    return [task for task in told.tasks.values() if first <= task.day <= last]


def work(told: Everything, key: str, first: date, last: date) -> list[Told]:
    """The tasks of a report, by what the drawings say of their forms."""
    if key == "duties":
        return [
            one for one in due_between(told, first, last) if one.how == "open" and one.due and one.drawn_duty
        ]
    if key == "escalations":
        return [one for one in due_between(told, first, last) if one.definition in ("escalation", "dispute")]
    return [one for one in due_between(told, first, last) if one.form in FORMS[key].split()]


def as_cells(tasks: list[Told], now: datetime) -> Cells:
    """(child, due, done, state) of each."""
    return [
        (one.child, one.due, one.ended if one.how == "done" else None, WORDS[one.state(now)]) for one in tasks
    ]


def seen_alone(tasks: list[Told]) -> tuple[int, int]:
    """Visits at which the child was seen alone, of those whose form asks it."""
    asked = [one.answers["seen_alone"] for one in tasks if one.how == "done" and "seen_alone" in one.answers]
    known = [one for one in asked if one is not None]
    return sum(one is True for one in known), len(known)


def paid(tasks: list[Told], now: datetime) -> tuple[float, float]:
    """Pounds paid, and pounds overdue, by the protocol's 40 a week and 100 each half year."""
    usual = {"remand_yda/pay_allowance": 40.0, "remand_yda/pay_clothing": 100.0}
    given = 0.0
    for one in tasks:
        if one.how == "done":
            typed = one.answers.get("allowance_amount", one.answers.get("clothing_amount"))
            given += usual[one.form] if typed is None else typed
    return given, sum(usual[one.form] for one in tasks if one.state(now) == "overdue")


def after_remand(told: Everything, tasks: list[Told], now: datetime) -> int:
    """Assessments that were done, or are still open, after the child's remand had ended."""
    ended = {
        entry["child_id"]: moment(entry["facts"]["detail"]) for entry in told.of_kind("bed_nights_closed")
    }
    return sum(one.child in ended and ended[one.child] <= (one.ended or now) for one in tasks)


def came(tasks: list[Told]) -> tuple[int, int]:
    """Meetings to which youth justice came, of those of which it is known who came."""
    known = []
    for one in tasks:
        if one.how == "done":
            if one.answers.get("attended_yjs") is not None:
                known.append(one.answers["attended_yjs"])
            elif one.answers.get("attended"):
                known.append("yjs_case_manager" in one.answers["attended"])
    return sum(known), len(known)


def begun(told: Everything, *definitions: str) -> dict[str, dict[str, Any]]:
    """Pathways of these kinds: child, kind, first and last day, by the pathway's id."""
    found = {}
    for entry in told.of_kind("instance_started"):
        if entry["facts"]["definition"] in definitions:
            found[entry["instance_id"]] = {
                "child": entry["child_id"], "kind": entry["facts"]["definition"], "parent": entry["facts"]["parent"],
                "from": london(moment(entry["facts"]["started_at"])), "until": None,
            }  # fmt: skip
    for entry in told.of_kind("instance_ended"):
        if entry["instance_id"] in found:
            found[entry["instance_id"]]["until"] = london(entry["at"])
    return found


def cohort(told: Everything, first: date, last: date, now: datetime) -> Cells:
    """(child, from, until, weeks) of each remand and sentence that ran within these days."""
    return [
        (one["child"], one["from"], one["until"], ((one["until"] or london(now)) - one["from"]).days // 7)
        for one in begun(told, "remand_yda", "rilaa", "custodial_sentence").values()
        if one["from"] <= last and (one["until"] is None or one["until"] >= first)
    ]


def begun_by(told: Everything, instance: str, wanted: dict[str, Any]) -> str | None:
    """The nearest of these pathways in the chain that led to this one; one may itself have begun from another."""
    parents = {entry["instance_id"]: entry["facts"]["parent"] for entry in told.of_kind("instance_started")}
    at: str | None = instance
    while at is not None and at not in wanted:
        at = parents.get(at)
    return at


def remand_costs(told: Everything, first: date, last: date, now: datetime) -> Cells:
    """(child, from, days, cost, transport, wait) of each remand to accommodation, day by day."""
    pathways = begun(told, "rilaa")
    said: dict[str, dict[str, Any]] = {key: {} for key in pathways}
    forms = ("arrange_placement_payment", "arrange_transport", "supervise_waiting_child")
    for answer in told.answered(*(f"rilaa/{form}" for form in forms)):
        remand = begun_by(told, answer["instance"], pathways)
        if remand is None:
            continue  # a search for an order with a requirement to live somewhere
        said[remand] |= {key: value for key, value in answer["given"].items() if value is not None}
    rows = []
    for key, one in pathways.items():
        given, days = said[key], 0
        if given.get("paid_from_on"):
            day, until = date.fromisoformat(given["paid_from_on"]), one["until"] or london(now)
            until = date.fromisoformat(given["paid_until_on"]) if given.get("paid_until_on") else until
            while day <= until:
                days += first <= day <= last and day <= london(now)
                day += timedelta(days=1)
        if days or first <= one["from"] <= last:
            weekly, wait = given.get("weekly_cost"), None
            if given.get("waiting_from_at") and given.get("waiting_until_at"):
                wait = moment(given["waiting_until_at"]) - moment(given["waiting_from_at"])
                wait = round(wait.total_seconds() / 3600, 1)
            cost = None if weekly is None else round(weekly / 7 * days, 2)
            rows.append((one["child"], one["from"], days, cost, given.get("cost"), wait))
    return rows


def homes(told: Everything, first: date, last: date) -> Cells:
    """(child, release, home known, escalated to) of each child to be released, by what was last answered of it."""
    release: dict[str, str] = {}
    home: dict[str, str] = {}
    raised: dict[str, str] = {}
    for answer in told.answers:
        given, child = answer["given"], answer["child"]
        release[child] = given.get("release_on") or release.get(child, "")
        home[child] = given.get("release_address") or home.get(child, "")
        if answer["form"].endswith("/escalate_to_service"):
            raised[child] = "Head of service"
        elif answer["form"].endswith(("/escalate_home_to_director", "/escalate_to_director")):
            raised[child] = "Director"
    days = {child: date.fromisoformat(day[:10]) for child, day in release.items() if day}
    return [
        (child, day, bool(home[child]), raised.get(child))
        for child, day in days.items()
        if first <= day <= last
    ]


def joint_list(told: Everything, first: date, last: date) -> Cells:
    """(child, from, until) of each young person with probation within these days."""
    return [
        (one["child"], one["from"], one["until"])
        for one in begun(told, "working_with_probation").values()
        if one["from"] <= last and (one["until"] is None or one["until"] >= first)
    ]
