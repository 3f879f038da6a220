"""The form editor in a real browser: nothing that a form carries is lost, and a question is added, seen and saved."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

from app.domain.clock import use_clock
from app.domain.form_kept import as_kept, keys_of, lost
from app.services import accounts
from app.services.workbench import drafting, drafts
from tests.e2e.reader import Reader
from tests.e2e.test_drawing import REFUSED
from tests.web_server import LiveServer

SHIPPED = sorted((Path(__file__).resolve().parents[2] / "forms").glob("*/*.json"))
KEY = "remand_yda/record_first_visit"
WORDS = "Called something else"
TOUCH = """async (schemas) => {
  const { editor } = document.querySelector('[data-form-designer]')
  const saved = []
  for (const schema of schemas) {
    await editor.importSchema(schema)
    const one = editor.get('formFieldRegistry').getAll().find((field) => field.label)
    editor.get('commandStack').execute('form.change', { changes: [[one, { label: 'Called something else' }]] })
    saved.push(editor.saveSchema())
  }
  return saved
}"""


def opened(live_server: LiveServer, reader: Callable[..., Reader]) -> tuple[Reader, str]:
    """Desi with the form of the first visit open in the editor, and the draft's id."""
    with live_server.app.app_context(), use_clock(live_server.clock):  # type: ignore[arg-type]
        draft_id = drafting.open_draft(accounts.viewer_named("desi@wandsworth.example"), "remand_yda")
    desi = reader("desi@wandsworth.example")
    desi.page.add_init_script(REFUSED)
    desi.page.goto(f"{desi._address}/workbench/drafts/{draft_id}/forms/{KEY}/design")
    desi.page.wait_for_selector("[data-form-designer][data-ready]")
    return desi, draft_id


def stored(live_server: LiveServer, draft_id: str) -> dict[str, Any]:
    """The form as the draft holds it."""
    with live_server.app.app_context(), use_clock(live_server.clock):  # type: ignore[arg-type]
        desi = accounts.viewer_named("desi@wandsworth.example")
        return dict(drafts.show(desi, draft_id).bundle.forms[KEY])


def test_a_question_is_added_seen_and_saved_and_no_shipped_form_loses_anything(
    live_server: LiveServer, reader: Callable[..., Reader]
) -> None:
    desi, draft_id = opened(live_server, reader)
    page = desi.page
    keys = keys_of(stored(live_server, draft_id))
    seen = page.frame_locator("[data-preview-frame]")
    expect(seen.get_by_role("heading", level=1)).to_be_visible()

    page.locator("[data-field-type=yes_no]").focus()
    page.keyboard.press("Enter")
    panel = page.locator("[data-panel]")
    expect(page.get_by_role("heading", name="Details of “New question”")).to_be_visible()
    panel.locator("#label").fill("Was an interpreter there?")
    expect(seen.get_by_text("Was an interpreter there? (optional)")).to_be_visible()
    panel.locator("[name=required]").check()
    expect(seen.get_by_text("Was an interpreter there?", exact=True)).to_be_visible()
    expect(panel.locator("#key")).to_have_value("was_an_interpreter_there")
    panel.get_by_role("button", name="Move up").click()
    page.get_by_role("button", name="Save the form").click()
    expect(page.locator("[data-state][data-kind=saved]")).to_be_visible()

    form = stored(live_server, draft_id)
    assert keys_of(form) == [*keys[:-1], "was_an_interpreter_there", keys[-1]]
    made = form["components"][-2]
    assert made["validate"] == {"required": True}
    assert [one["value"] for one in made["values"]] == [True, False]
    assert not {"id", "layout"} & made.keys()
    expect(page.locator(".fjs-powered-by-link")).to_be_visible()
    desi.picture("form_design")

    # typed without a connection: it stays, whatever is selected; it is kept, and taken over with the connection
    state = page.locator("[data-state]")
    page.context.set_offline(True)
    panel.locator("#label").fill("Was an interpreter with you?")
    expect(state).to_contain_text("What you typed last under Details is in the copy.")
    page.locator(".fjs-element[data-id]").nth(1).click()
    page.get_by_role("button", name="Save the form").click()
    expect(state).to_contain_text("Not saved: there is no connection.")
    expect(panel.locator("#label")).to_have_value("Was an interpreter with you?")
    kept = page.evaluate("localStorage.getItem(document.querySelector('[data-form-designer]').dataset.key)")
    page.context.set_offline(False)
    expect(seen.get_by_text("Was an interpreter with you?")).to_be_visible()
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(state).to_have_text("All changes saved")
    first = page.locator(".fjs-element[data-id]").nth(1)
    first.click()
    expect(page.locator(".fjs-editor-selected")).to_have_attribute(
        "data-id", str(first.get_attribute("data-id"))
    )

    schemas = [json.loads(file.read_bytes()) for file in SHIPPED]
    for file, before, sent in zip(SHIPPED, schemas, page.evaluate(TOUCH, schemas), strict=True):
        after = as_kept(before, sent)
        assert lost(before, after) == [], file
        next(part for part in before["components"] if part.get("label"))["label"] = WORDS
        assert json.dumps(after, sort_keys=True) == json.dumps(before, sort_keys=True), file
    page.evaluate("document.querySelector('[data-form-designer]').saving.isChanged = () => false")

    # the copy as it was kept without the connection holds what was typed
    page.evaluate(
        "kept => localStorage.setItem(document.querySelector('[data-form-designer]').dataset.key, kept)", kept
    )
    page.reload()
    page.get_by_role("button", name="Take them up again").click()
    expect(seen.get_by_text("Was an interpreter with you?")).to_be_visible()
    page.evaluate("document.querySelector('[data-form-designer]').saving.isChanged = () => false")
