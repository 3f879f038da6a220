"""The pages that tell a designer what is wrong and what has changed, and the commands that say the same."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from app.cli.protocols import pathways
from app.domain.errors import BadInput
from app.engine import waivers
from app.services import accounts, definitions
from app.services.workbench import drafting, drafts
from tests.web.browser import Browser

pytestmark = pytest.mark.usefixtures("clock")
KEY = "court_date"
OLD, NEW = 'name="Record the result of the hearing"', 'name="Write down what the court said"'


def draft_with_a_new_name(app: Flask) -> str:
    with app.app_context():
        desi = accounts.viewer_named("desi@wandsworth.example")
        draft = drafts.show(desi, drafting.open_draft(desi, KEY))
        text = waivers.withdraw(draft.bundle.main, "record_hearing_result", "deadline_without_duty")
        text = text.replace(OLD, NEW)
        bundle = replace(draft.bundle, files={**draft.bundle.files, draft.bundle.main_path: text})
        drafting.save(desi, draft.id, revision=1, bundle=bundle, what="Renamed a step")
        definitions.publish(bundle, note="Another name")
        return draft.id


def test_a_designer_reads_the_findings_and_accepts_one(browser: Browser) -> None:
    draft_id = draft_with_a_new_name(browser.app)
    browser.sign_in("desi")
    page = browser.get(f"/workbench/drafts/{draft_id}/checks")
    assert "Nothing keeps the draft from being published." in page.text
    link = f"/workbench/drafts/{draft_id}/checks/record_hearing_result/deadline_without_duty"

    browser.get(link)
    wrong = browser.submit("Accept it", {"reason": ""}, status=422)
    assert wrong.read.title.startswith("Error:")
    browser.submit("Accept it", {"reason": "The court asks for it."})
    page = browser.follow()
    assert "The court asks for it." in page.text

    browser.submit("Accept it no longer (Write down what the court said, deadline_without_duty)")
    assert "The court asks for it." not in browser.follow().text
    browser.get(f"/workbench/drafts/{draft_id}/checks/record_hearing_result/nothing", status=404)


def test_what_has_changed_stands_in_a_list_and_on_both_drawings(browser: Browser) -> None:
    draft_with_a_new_name(browser.app)
    browser.sign_in("sam")
    listed = browser.get(f"/pathways/{KEY}/versions")

    page = browser.get(listed.href("What has changed in version 2"))

    assert "Was Record the result of the hearing" in page.text
    assert "Is now Write down what the court said" in page.text
    for side in ("old", "new"):
        address = f"/pathways/{KEY}/versions/2/differences/{side}"
        assert browser.client.get(f"{address}.bpmn?from=1").text.startswith("<?xml")
        assert browser.client.get(f"{address}.svg?from=1").text.count("Changed") == 1
    assert browser.client.get(f"/pathways/{KEY}/versions/2/differences/middle.svg").status_code == 404


def file_of(folder: Path, text: str) -> str:
    path = folder / f"{KEY}.bpmn"
    path.write_text(text)
    return str(path)


def test_the_command_says_what_has_changed(tmp_path: Path) -> None:
    changed = file_of(tmp_path, definitions.shipped()[KEY].main.replace(OLD, NEW))

    words = CliRunner().invoke(pathways, ["diff", KEY, changed])
    same = CliRunner().invoke(pathways, ["diff", KEY, KEY])
    told = json.loads(CliRunner().invoke(pathways, ["diff", changed, KEY, "--json"]).stdout)

    assert "name: Record the result of the hearing → Write down what the court said." in words.output
    assert same.output == "Nothing has changed.\n"
    (change,) = told["pathways"][KEY]["changes"]
    assert (change["element"], change["what"], change["kind"]) == ("record_hearing_result", "Name", "changed")
    wrong = CliRunner().invoke(pathways, ["diff", "nowhere", KEY])
    assert isinstance(wrong.exception, BadInput)


def test_the_command_lists_what_is_accepted_and_does_not_fail_for_it(tmp_path: Path) -> None:
    text = definitions.shipped()[KEY].main
    accepted = waivers.waive(text, "record_hearing_result", "deadline_without_duty", "The court asks for it.")

    said = CliRunner().invoke(pathways, ["check", file_of(tmp_path, accepted)])
    told = json.loads(CliRunner().invoke(pathways, ["check", file_of(tmp_path, accepted), "--json"]).stdout)

    assert said.exit_code == 0
    assert "Waived: The court asks for it." in said.output
    assert "0 errors, 0 warnings, 1 waived in 1 files." in said.output
    assert [one["waived"] for one in told] == ["The court asks for it."]
