"""Letters to the people who do the work: written with their cause, sent as each wants it, and naming no child."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.domain.clock import SimulatedClock, now
from app.domain.errors import BadInput, NotFound
from app.domain.ids import new_id
from app.domain.letter_times import KINDS, Choice
from app.services import (
    accounts,
    letter_choices,
    letter_post,
    letter_problems,
    letter_reminders,
    letters,
    putting_off,
    senders,
    tasks,
    timers,
)
from app.services.notifications import DeliveryFailed
from app.store.absences import Absence
from app.store.db import reading, table_of, transaction
from app.store.letters import Letter
from app.store.tasks import UserTask
from tests.crash import pathways
from tests.crash.invariants import assert_all
from tests.services import postbox as real

FROM = "app@throughcare.example"
BASE = "https://throughcare.example"
NAME = "Zebedee"


class Postbox:
    """A sender that keeps what it is given, and turns away whom it is told to."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.refused: set[str] = set()
        self.is_away = False

    def send(self, letter: EmailMessage, *, again: bool = False) -> None:
        if self.is_away:
            raise DeliveryFailed("The mail server could not be reached.", permanent=False)
        if str(letter["To"]) in self.refused:
            raise DeliveryFailed("The address was refused.", permanent=True)
        self.taken.append(letter)

    def outcome(self, provider_id: str) -> None:
        """Not followed."""

    def to(self, who: str) -> list[EmailMessage]:
        return [letter for letter in self.taken if str(letter["To"]) == f"{who}@wandsworth.example"]


@pytest.fixture
def postbox() -> Postbox:
    """An empty postbox."""
    return Postbox()


def go_round(postbox: Postbox | senders.FileSender) -> int:
    """The postman comes."""
    return letter_post.send_pending(postbox, base_url=BASE, mail_from=FROM)


def later(clock: SimulatedClock, **time: int) -> None:
    """Time passes."""
    clock.move_to(clock.now() + timedelta(**time))


def rows(**wanted: Any) -> Sequence[Any]:
    """The rows of letters with these values, in the order in which they were written."""
    table = table_of(Letter)
    query = select(*table.columns).order_by(table.c.id)
    for name, value in wanted.items():
        query = query.where(table.c[name] == value)
    with reading() as session:
        return session.execute(query).all()


def task_of(child_id: str, *, given_to: str | None = "sam", by: str = "dora") -> str:
    """A race for a child, whose first task lay in the queue and is given to somebody now; the task's id."""
    instance_id = pathways.begin(pathways.RACE, child_id)
    task_id = pathways.one_task("answer", instance_id)
    with transaction() as session:
        values = {"role": "social_worker", "team_id": "looked_after", "assignee_id": None}
        values |= {"due_at": now() + timedelta(hours=30), "name": f"Ring {NAME}’s school"}
        session.execute(table_of(UserTask).update().where(UserTask.id == task_id).values(**values))
        session.execute(table_of(Letter).delete().where(Letter.task_id == task_id))
    if given_to:
        tasks.assign(pathways.viewer(by), task_id, pathways.viewer(given_to).person_id)
    return task_id


def choose(who: str, **choice: Any) -> None:
    """Somebody chooses how their letters come."""
    letter_choices.save(pathways.viewer(who), Choice(**choice))


def be_away(who: str, cover: str, day: date) -> None:
    """Somebody is away on a day, and another covers."""
    with transaction() as session:
        session.add(
            Absence(
                authority_id="wandsworth",
                id=new_id(),
                person_id=pathways.viewer(who).person_id,
                cover_id=pathways.viewer(cover).person_id,
                from_on=day,
                until_on=day,
                note="",
                created_at=now(),
                created_by=None,
                ended_at=None,
            )
        )


def body_of(letter: EmailMessage) -> str:
    return str(letter.get_content())


def test_what_is_given_to_a_person_comes_in_one_letter_a_minute_later(
    house: Flask, clock: SimulatedClock, postbox: Postbox
) -> None:
    child_id = pathways.child(NAME)
    first = task_of(child_id, by="mo")
    assert go_round(postbox) == 0

    later(clock, minutes=1)
    assert go_round(postbox) == 1

    (letter,) = postbox.to("sam")
    assert f"{BASE}/tasks/{first}" in body_of(letter)
    assert f"{BASE}/children/{child_id}" in body_of(letter)
    assert "Due Wednesday 2 December 2026 at 15:00." in body_of(letter)
    assert go_round(postbox) == 0


def test_several_tasks_of_one_minute_are_one_letter(
    house: Flask, clock: SimulatedClock, postbox: Postbox
) -> None:
    child_id = pathways.child(NAME)
    for _ in range(3):
        task_of(child_id, by="mo")
    task_of(pathways.child("Another"), by="mo")
    later(clock, minutes=1)

    assert go_round(postbox) == 1

    (letter,) = postbox.to("sam")
    assert letter["Subject"] == "2 cases: 4 tasks are yours"
    assert f"{BASE}/work" in body_of(letter)


def test_a_new_worker_of_a_child_gets_one_letter_that_leads_to_the_case(
    house: Flask, clock: SimulatedClock, postbox: Postbox
) -> None:
    from app.services import children

    child_id = pathways.child(NAME)
    mo = pathways.viewer("mo")
    pip = pathways.viewer("pip").person_id
    with transaction() as session:
        children.allocate(session, "wandsworth", child_id, "personal_adviser", pip, by=mo.person_id)
    later(clock, minutes=1)

    assert go_round(postbox) == 1

    (letter,) = postbox.to("pip")
    assert "it is yours from now on" in str(letter["Subject"])
    assert f"{BASE}/children/{child_id}" in body_of(letter)


def test_nobody_is_written_to_for_what_they_did_themselves(
    house: Flask, clock: SimulatedClock, postbox: Postbox
) -> None:
    task_id = task_of(pathways.child(), given_to=None)
    tasks.claim(pathways.viewer("sam"), task_id)
    later(clock, minutes=1)

    assert go_round(postbox) == 0
    assert not rows(kind="assigned", person_id=pathways.viewer("sam").person_id)


def test_a_task_that_is_done_or_given_on_needs_no_letter(
    house: Flask, clock: SimulatedClock, postbox: Postbox
) -> None:
    done = task_of(pathways.child(), by="mo")
    pathways.complete(done)
    given_on = task_of(pathways.child(), by="mo")
    tasks.release(pathways.viewer("sam"), given_on)
    later(clock, minutes=1)

    assert go_round(postbox) == 0
    of_sam = rows(kind="assigned", person_id=pathways.viewer("sam").person_id)
    assert [(row.task_id, row.state) for row in of_sam] == [
        (done, "not_sent"),
        (given_on, "not_sent"),
    ]


def test_the_queue_writes_to_those_of_the_team_who_asked_for_it(
    house: Flask, clock: SimulatedClock, postbox: Postbox
) -> None:
    choose("mo", kinds=frozenset({"queued"}))
    pathways.remand(pathways.child(NAME))
    later(clock, minutes=1)

    go_round(postbox)

    assert postbox.to("mo")
    assert {str(letter["To"]) for letter in postbox.taken if "queue" in letter["Subject"]} == {
        "mo@wandsworth.example"
    }
    assert not rows(person_id=None, state="queued")


def test_what_is_due_tomorrow_is_said_once_in_the_morning(
    house: Flask, clock: SimulatedClock, postbox: Postbox
) -> None:
    task_id = task_of(pathways.child(NAME), by="mo")
    later(clock, minutes=1)
    go_round(postbox)
    postbox.taken.clear()
    assert letter_reminders.remind() == 0, "it was given today, with its due day"

    clock.move_to(datetime(2026, 12, 2, 0, 1, tzinfo=UTC))
    assert letter_reminders.remind() == 1
    assert letter_reminders.remind() == 0
    assert go_round(postbox) == 0, "it is night"
    clock.move_to(datetime(2026, 12, 2, 7, 0, tzinfo=UTC))
    assert go_round(postbox) == 1

    (letter,) = postbox.to("sam")
    assert "due soon" in str(letter["Subject"])
    assert f"{BASE}/tasks/{task_id}" in body_of(letter)


def test_a_person_is_reminded_as_early_as_they_choose(house: Flask, clock: SimulatedClock) -> None:
    choose("sam", due_days=3)
    task_id = task_of(pathways.child(), by="mo")
    with transaction() as session:
        moved = table_of(UserTask).update().where(UserTask.id == task_id)
        session.execute(moved.values(due_at=datetime(2026, 12, 8, 12, tzinfo=UTC)))

    clock.move_to(datetime(2026, 12, 2, 9, tzinfo=UTC))
    assert letter_reminders.remind() == 0
    clock.move_to(datetime(2026, 12, 3, 9, tzinfo=UTC))
    assert letter_reminders.remind() == 1


def test_what_a_person_has_put_off_is_not_said_before_it_is_back_and_never_after_the_due_day(
    house: Flask, clock: SimulatedClock
) -> None:
    # given: due on the 8th, put off until the 7th by one who wants to know three working days before
    choose("sam", due_days=3)
    task_id = task_of(pathways.child(), by="mo")
    with transaction() as session:
        moved = table_of(UserTask).update().where(UserTask.id == task_id)
        session.execute(moved.values(due_at=datetime(2026, 12, 8, 12, tzinfo=UTC)))
    sam = accounts.viewer_named("sam@wandsworth.example")
    putting_off.put_off(sam, task_id, date(2026, 12, 7), "Waiting for school")

    # then
    clock.move_to(datetime(2026, 12, 4, 9, tzinfo=UTC))
    assert letter_reminders.remind() == 0
    clock.move_to(datetime(2026, 12, 7, 0, 1, tzinfo=UTC))
    assert letter_reminders.remind() == 1
    assert letter_reminders.remind() == 0

    # and: put off until the due day itself, another is said on that day
    other = task_of(pathways.child(), by="mo")
    with transaction() as session:
        moved = table_of(UserTask).update().where(UserTask.id == other)
        session.execute(moved.values(due_at=datetime(2026, 12, 9, 12, tzinfo=UTC)))
    putting_off.put_off(sam, other, date(2026, 12, 9), "Waiting for school")
    clock.move_to(datetime(2026, 12, 8, 9, tzinfo=UTC))
    assert letter_reminders.remind() == 0
    clock.move_to(datetime(2026, 12, 9, 0, 1, tzinfo=UTC))
    assert letter_reminders.remind() == 1


def test_overdue_and_escalated_work_is_said_to_who_has_it_and_to_who_answers_for_it(
    house: Flask, clock: SimulatedClock, postbox: Postbox
) -> None:
    from app.services import messages

    pathways.remand(pathways.child(NAME))
    for _ in range(6):
        later(clock, days=1)
        timers.drain()
        messages.deliver_pending()
    clock.move_to(datetime(2026, 12, 8, 12, tzinfo=UTC))

    go_round(postbox)

    assert rows(kind="overdue", state="sent")
    escalated = rows(kind="escalated", state="sent")
    assert escalated
    assert all("@" in row.email for row in escalated)
    assert_all()


def test_an_escalation_comes_at_night_to_those_who_want_that(
    house: Flask, clock: SimulatedClock, postbox: Postbox
) -> None:
    choose("sam", escalations_any_time=True)
    clock.move_to(datetime(2026, 12, 1, 23, tzinfo=UTC))
    task = row_of_task(task_of(pathways.child(), given_to=None))
    for who in ("sam", "casey"):
        person_id = pathways.viewer(who).person_id
        with transaction() as session:
            letters.tell(session, person_id, "escalated", task)

    assert go_round(postbox) == 1
    assert [str(letter["To"]) for letter in postbox.taken] == ["sam@wandsworth.example"]
    clock.move_to(datetime(2026, 12, 2, 7, tzinfo=UTC))
    assert go_round(postbox) == 1


def row_of_task(task_id: str) -> Any:
    with reading() as session:
        return tasks.row(session, "wandsworth", task_id)


def test_a_digest_counts_what_is_still_true_and_comes_once_a_day(
    house: Flask, clock: SimulatedClock, postbox: Postbox
) -> None:
    choose("sam", digest_hour=16)
    done, kept = (task_of(pathways.child(NAME), by="mo") for _ in range(2))
    task = row_of_task(kept)
    sam = pathways.viewer("sam").person_id
    with transaction() as session:
        letters.tell(session, sam, "returned", task, by="x")
    later(clock, minutes=1)
    assert go_round(postbox) == 0
    pathways.complete(done)

    clock.move_to(datetime(2026, 12, 1, 16, 0, tzinfo=UTC))
    assert go_round(postbox) == 1
    assert go_round(postbox) == 0

    (letter,) = postbox.to("sam")
    assert letter["Subject"] == "Your day in Throughcare: 2 things have come up"
    assert "- 1 task or case is newly yours\n- 1 task came back to you" in body_of(letter)
    assert f"{BASE}/work" in body_of(letter)
    assert "/tasks/" not in body_of(letter)
    clock.move_to(datetime(2026, 12, 2, 16, 0, tzinfo=UTC))
    assert go_round(postbox) == 0, "nothing has come up since"


def test_a_digest_that_has_nothing_left_to_say_is_not_sent(
    house: Flask, clock: SimulatedClock, postbox: Postbox
) -> None:
    choose("sam", digest_hour=16)
    done = task_of(pathways.child(), by="mo")
    later(clock, minutes=1)
    go_round(postbox)
    pathways.complete(done)

    clock.move_to(datetime(2026, 12, 1, 16, 0, tzinfo=UTC))

    assert go_round(postbox) == 0
    assert not rows(kind="digest")


def test_who_chooses_letters_at_once_again_gets_what_waited(
    house: Flask, clock: SimulatedClock, postbox: Postbox
) -> None:
    choose("sam", digest_hour=16)
    task_of(pathways.child(), by="mo")
    later(clock, minutes=1)
    assert go_round(postbox) == 0

    choose("sam", digest_hour=None)

    assert go_round(postbox) == 1


def test_a_kind_that_somebody_does_not_want_is_not_sent(
    house: Flask, clock: SimulatedClock, postbox: Postbox
) -> None:
    choose("sam", kinds=frozenset({"overdue"}))
    task_of(pathways.child(), by="mo")
    later(clock, minutes=1)

    assert go_round(postbox) == 0
    of_sam = rows(kind="assigned", person_id=pathways.viewer("sam").person_id)
    assert [row.error for row in of_sam] == ["They do not want letters of this kind."]


def test_a_choice_that_does_not_exist_is_refused(house: Flask) -> None:
    with pytest.raises(BadInput) as refused:
        choose("sam", kinds=frozenset({"gossip"}), digest_hour=3, quiet_from=24, due_days=4)

    assert set(refused.value.errors) == {"kinds", "digest_hour", "quiet_from", "due_days"}


def test_the_cover_gets_what_comes_for_somebody_away(
    house: Flask, clock: SimulatedClock, postbox: Postbox
) -> None:
    be_away("sam", "mo", date(2026, 12, 1))
    be_away("mo", "pip", date(2026, 12, 1))
    task_of(pathways.child(NAME), by="mo")
    later(clock, minutes=1)

    assert go_round(postbox) == 1

    (letter,) = postbox.to("pip")
    assert "you cover for a colleague" in body_of(letter)
    clock.move_to(datetime(2026, 12, 2, 9, tzinfo=UTC))
    task_of(pathways.child(NAME), by="mo")
    later(clock, minutes=1)
    go_round(postbox)
    assert len(postbox.to("sam")) == 1


def test_two_who_cover_for_each_other_do_not_turn_in_circles(
    house: Flask, clock: SimulatedClock, postbox: Postbox
) -> None:
    be_away("sam", "casey", date(2026, 12, 1))
    be_away("casey", "sam", date(2026, 12, 1))
    task_of(pathways.child(), by="mo")
    later(clock, minutes=1)

    assert go_round(postbox) == 1


def test_nobody_writes_to_a_closed_account(house: Flask, clock: SimulatedClock, postbox: Postbox) -> None:
    task_of(pathways.child(), by="mo")
    accounts.disable_person("sam@wandsworth.example")
    later(clock, minutes=1)

    assert go_round(postbox) == 0
    assert [row.error for row in rows(kind="assigned")] == ["The account is closed."]


def test_an_address_that_is_refused_is_one_problem_however_many_letters(
    house: Flask, clock: SimulatedClock, postbox: Postbox
) -> None:
    postbox.refused.add("sam@wandsworth.example")
    for _ in range(3):
        task_of(pathways.child(NAME), by="mo")
        later(clock, minutes=1)
        assert go_round(postbox) == 1
    ada = pathways.viewer("ada")

    (problem,) = letter_problems.unresolved(ada)
    assert (problem.name, problem.letters, problem.reason) == (
        "Sam Socialworker",
        3,
        "The address was refused.",
    )
    with pytest.raises(NotFound):
        letter_problems.unresolved(pathways.viewer("casey"))
    postbox.refused.clear()
    assert letter_problems.try_again(ada, problem.person_id) == 3
    assert letter_problems.unresolved(ada) == []
    assert go_round(postbox) == 1
    assert postbox.to("sam")[0]["Subject"] == "3 cases: 3 tasks are yours"
    with pytest.raises(NotFound):
        letter_problems.try_again(ada, problem.person_id)


def test_a_mail_server_that_is_away_is_tried_again_and_blames_no_address(
    house: Flask, clock: SimulatedClock, postbox: Postbox
) -> None:
    task_of(pathways.child(), by="mo")
    later(clock, minutes=1)
    postbox.is_away = True
    go_round(postbox)
    assert len(rows(kind="assigned", state="queued")) == 1

    postbox.is_away = False
    later(clock, minutes=1)

    assert go_round(postbox) == 1
    assert letter_problems.unresolved(pathways.viewer("ada")) == []


class DiesAfterSending(Postbox):
    """A postman who hands the letter over and drops dead before he can say so."""

    def send(self, letter: EmailMessage, *, again: bool = False) -> None:
        super().send(letter, again=again)
        raise KeyboardInterrupt


def test_a_letter_whose_sender_died_is_sent_again_under_the_same_name(
    house: Flask, clock: SimulatedClock, postbox: Postbox
) -> None:
    for _ in range(2):
        task_of(pathways.child(), by="mo")
    later(clock, minutes=1)
    dying = DiesAfterSending()
    with pytest.raises(KeyboardInterrupt):
        go_round(dying)
    assert go_round(postbox) == 0

    later(clock, minutes=3)
    assert go_round(postbox) == 1

    assert dying.taken[0].as_bytes() == postbox.taken[0].as_bytes()
    assert dying.taken[0]["Message-ID"] is not None


def test_over_a_real_mail_server_a_refused_person_is_a_problem_and_a_busy_server_is_not(
    house: Flask, clock: SimulatedClock
) -> None:
    post = real.Postbox()
    with real.mail_server_for(post) as sender:
        for who, answer in (("sam", "550 No such person"), ("casey", "451 Come back later"), ("pip", "")):
            post.refused |= {f"{who}@wandsworth.example": answer} if answer else {}
            task = row_of_task(task_of(pathways.child(NAME), given_to=None))
            person_id = pathways.viewer(who).person_id
            with transaction() as session:
                letters.tell(session, person_id, "mentioned", task)
        letter_post.send_pending(sender, base_url=BASE, mail_from=FROM)

        assert [str(letter["To"]) for letter in post.taken] == ["pip@wandsworth.example"]
        assert [problem.name for problem in letter_problems.unresolved(pathways.viewer("ada"))] == [
            "Sam Socialworker"
        ]
        post.refused.clear()
        later(clock, minutes=1)
        letter_post.send_pending(sender, base_url=BASE, mail_from=FROM)
        assert str(post.taken[-1]["To"]) == "casey@wandsworth.example"
        assert post.taken[-1]["Auto-Submitted"] == "auto-generated"


def test_work_that_is_handed_over_is_one_letter_to_the_receiver(
    house: Flask, clock: SimulatedClock, postbox: Postbox
) -> None:
    children_of = [pathways.child(NAME) for _ in range(2)]
    mo, pip = pathways.viewer("mo"), pathways.viewer("pip").person_id
    given = [(task_of(child_id, given_to=None), child_id, pip) for child_id in children_of]
    with transaction() as session:
        for task_id, _, person_id in given:
            moved = table_of(UserTask).update().where(UserTask.id == task_id)
            session.execute(moved.values(assignee_id=person_id))
        letters.given(session, "wandsworth", given, mo.person_id)
    later(clock, minutes=1)

    assert go_round(postbox) == 1
    assert postbox.to("pip")[0]["Subject"] == "2 cases: 2 tasks are yours"


def test_the_same_occasion_is_told_once(house: Flask, clock: SimulatedClock, postbox: Postbox) -> None:
    task = row_of_task(task_of(pathways.child(), given_to=None))
    sam = pathways.viewer("sam").person_id
    for _ in range(2):
        with transaction() as session:
            letters.tell(session, sam, "mentioned", task, occasion="comment 7", by="dora")
            letters.tell_team(session, "looked_after", "asked", task, occasion="request 9")

    go_round(postbox)

    assert len([letter for letter in postbox.to("sam") if "mentions you" in str(letter["Subject"])]) == 1
    assert len([letter for letter in postbox.to("sam") if "contribution" in str(letter["Subject"])]) == 1
    with transaction() as session, pytest.raises(ValueError, match="gossip"):
        letters.tell(session, sam, "gossip", task)


def test_no_letter_of_any_kind_names_a_child_or_what_is_done_for_them(
    house: Flask, clock: SimulatedClock, tmp_path: Path
) -> None:
    child_id = pathways.child(NAME)
    task_id = task_of(child_id, by="mo")
    task = row_of_task(task_id)
    in_the_queue = row_of_task(task_of(child_id, given_to=None))
    choose("casey", kinds=frozenset(KINDS), digest_hour=16)
    for who in ("sam", "casey"):
        person_id = pathways.viewer(who).person_id
        with transaction() as session:
            for kind in sorted(set(KINDS) - {"assigned", "due_soon"}):
                about = in_the_queue if kind == "queued" else task
                letters.tell(session, person_id, kind, about, by="x")
    choose("sam", kinds=frozenset(KINDS))
    folder = tmp_path / "mail"

    clock.move_to(datetime(2026, 12, 2, 9, tzinfo=UTC))
    letter_reminders.remind()
    go_round(senders.FileSender(folder))
    clock.move_to(datetime(2026, 12, 2, 16, tzinfo=UTC))
    go_round(senders.FileSender(folder))

    written = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in folder.glob("*.eml")]
    kinds = {row.kind for row in rows(state="sent")}
    assert kinds == {*KINDS, "digest"}
    assert len(written) == len(kinds)
    for letter in written:
        text = f"{letter['Subject']} {body_of(letter)} {letter.as_string()}"
        for secret in (NAME, "Testing", "school", "remand", "court", "14 May", "2010"):
            assert secret.casefold() not in text.casefold(), f"{secret} in {text}"
        assert "{" not in body_of(letter)
