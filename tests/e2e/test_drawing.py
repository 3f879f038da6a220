"""The modeller in a real browser: nothing that a drawing carries is lost, deadlines are changed, findings are seen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from playwright.sync_api import Page, expect

from app.domain.clock import use_clock
from app.services import accounts
from app.services.workbench import drafting, drafts
from tests.chromium import PHONE
from tests.e2e.reader import Reader
from tests.web_server import LiveServer

OPEN = re.compile(r"\bopen\b")
DRAWN = sorted((Path(__file__).resolve().parents[2] / "processes").glob("*/*.bpmn"))
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
OTHERS = 'xmlns:other="http://other.example/schema"'
WROTE = '<other:form key="f"><other:field name="x">words of others</other:field></other:form>'
"""What another program may have written, in a namespace that nobody has described."""
REFUSED = "addEventListener('securitypolicyviolation', e => console.error(`refused: ${e.violatedDirective}`))"
TOUCH = """async (files) => {
  const modeler = document.querySelector('[data-designer]').modeler
  const saved = []
  for (const xml of files) {
    await modeler.importXML(xml)
    const task = modeler.get('elementRegistry').find((one) => one.type === 'bpmn:UserTask') ||
      modeler.get('elementRegistry').find((one) => one.type === 'bpmn:StartEvent')
    modeler.get('modeling').moveElements([task], { x: 10, y: 0 })
    modeler.get('modeling').updateLabel(task, 'Called something else')
    saved.push((await modeler.saveXML({ format: true })).xml)
  }
  return saved
}"""
COPY_AND_CHANGE = """async (xml) => {
  const modeler = document.querySelector('[data-designer]').modeler
  await modeler.importXML(xml)
  const registry = modeler.get('elementRegistry')
  const first = (type) => registry.find((one) => one.type === type && one.businessObject.extensionElements)
  const text = (one) => {
    const seen = []
    const read = (values) => {
      for (const v of values || []) {
        const ours = [v.$type, v.name || v.id || '', v.value || ''].join('|')
        seen.push(v.$descriptor.isGeneric ? JSON.stringify(v) : ours)
        read(v.properties)
        read(v.parameterList?.parameters)
      }
    }
    read(one.businessObject.extensionElements?.values)
    return [...seen, JSON.stringify(one.businessObject.$attrs)]
  }
  const result = []
  for (const type of ['bpmn:UserTask', 'bpmn:ServiceTask']) {
    const one = first(type)
    if (!one) continue
    const before = text(one)
    modeler.get('copyPaste').copy([one])
    const pasted = modeler.get('copyPaste').paste({ element: one.parent, point: { x: one.x + 60, y: one.y + 40 } })
    result.push([before, text(pasted.find((made) => made.type === type))])
  }
  const replace = modeler.get('bpmnReplace')
  const task = first('bpmn:UserTask')
  const before = text(task)
  const manual = replace.replaceElement(task, { type: 'bpmn:ManualTask' })
  const again = replace.replaceElement(manual, { type: 'bpmn:UserTask' })
  result.push([before, text(manual)], [before, text(again)])
  return result
}"""


def carried(xml: str) -> Counter[tuple[str, str, str, str]]:
    """Every element inside extension elements: where, its tag, its attributes, its text; and each colour."""
    found: Counter[tuple[str, str, str, str]] = Counter()
    for extensions in etree.fromstring(xml.encode()).iter(f"{BPMN}extensionElements"):
        holder = extensions.getparent()
        where = holder.get("id") or holder.getparent().get("id", "")
        for one in extensions.iterdescendants():
            attributes = str(sorted(one.attrib.items()))
            found[where, str(one.tag), attributes, (one.text or "").strip()] += 1
    for shape in etree.fromstring(xml.encode()).iter("{*}BPMNShape", "{*}BPMNEdge"):
        colours = [item for item in shape.attrib.items() if "color" in item[0]]
        if colours:
            found[
                shape.get("bpmnElement"), "colour", str(sorted(c for c in colours if "/color/" in c[0])), ""
            ] += 1
    return found


def opened(live_server: LiveServer, reader: Callable[..., Reader], who: str, key: str) -> tuple[Reader, str]:
    """Somebody with the drawing of a draft open, and the draft's id."""
    with live_server.app.app_context(), use_clock(live_server.clock):  # type: ignore[arg-type]
        draft_id = drafting.open_draft(accounts.viewer_named("desi@wandsworth.example"), key)
    somebody = reader(who)
    somebody.page.add_init_script(REFUSED)
    show(somebody, draft_id)
    return somebody, draft_id


def show(somebody: Reader, draft_id: str) -> None:
    somebody.page.goto(f"{somebody._address}/workbench/drafts/{draft_id}/drawing")
    somebody.page.wait_for_selector("[data-designer][data-ready]")


def select(page: Page, element: str) -> None:
    page.evaluate(
        """id => { const m = document.querySelector('[data-designer]').modeler
        m.get('canvas').scrollToElement(id, 150)
        m.get('selection').select(m.get('elementRegistry').get(id)) }""",
        element,
    )


def saved(page: Page) -> None:
    expect(page.locator("[data-designer-state][data-kind=saved]")).to_be_visible()


def test_every_shipped_drawing_keeps_all_that_it_carries(
    live_server: LiveServer, reader: Callable[..., Reader]
) -> None:
    desi, _ = opened(live_server, reader, "desi@wandsworth.example", "before_court")
    texts = [path.read_text(encoding="utf-8") for path in DRAWN]

    desi.page.route(
        "**/drawing", lambda route: route.abort() if route.request.method == "POST" else route.continue_()
    )
    touched: list[str] = desi.page.evaluate(TOUCH, texts)
    for name in ("remand_yda/remand_yda", "remand_yda/before_court"):
        text = next(path for path in DRAWN if path.as_posix().endswith(f"{name}.bpmn")).read_text(
            encoding="utf-8"
        )
        text = text.replace("<bpmn:definitions ", f"<bpmn:definitions {OTHERS} ", 1)
        for kind in ("userTask", "serviceTask"):
            text = text.replace(f"<bpmn:{kind} ", f'<bpmn:{kind} other:kept="7" ')
        text = text.replace("<bpmn:extensionElements>", f"<bpmn:extensionElements>{WROTE}")
        for before, after in desi.page.evaluate(COPY_AND_CHANGE, text):
            assert len(before) > 2
            assert before == after
            assert "words of others" in str(after)
            assert '"other:kept":"7"' in after[-1]

    assert len(touched) == len(DRAWN)
    for path, before, after in zip(DRAWN, texts, touched, strict=True):
        assert carried(before) - carried(after) == Counter(), path
        assert "Called something else" in after
    desi.page.evaluate("document.querySelector('[data-designer]').saving.stopped = true")


def test_a_deadline_is_changed_on_the_drawing_and_a_finding_mended(
    live_server: LiveServer, reader: Callable[..., Reader]
) -> None:
    desi, draft_id = opened(live_server, reader, "desi@wandsworth.example", "remand_yda")
    page, panel = desi.page, desi.page.locator("[data-designer-panel]")
    select(page, "confirm_all_told")
    panel.get_by_label("When it is due").select_option("review.first")
    badge = page.locator(".djs-overlays[data-container-id=confirm_all_told] .app-designer-badge")
    saved(page)
    before = badge.inner_text()

    panel.get_by_label("When it is due").select_option("")  # a late mark without a date is a mistake
    sign = page.locator(".djs-overlays[data-container-id=confirm_all_told] .app-designer-sign--error")
    expect(sign).to_be_visible()
    expect(panel.get_by_text("Choose when it is due").first).to_be_visible()
    panel.get_by_label("When it is due").select_option("remand.first_meeting")
    panel.get_by_label("Counted from").select_option("remanded_at")
    expect(sign).to_have_count(0)
    expect(badge).not_to_have_text(before)
    panel.locator("summary", has_text="Advanced").click()
    typed = panel.get_by_label("To whom it goes, as an expression")
    typed.fill("nobody_knows(1)")
    expect(panel.get_by_text("which does not exist")).to_be_visible()
    typed.fill("")
    saved(page)
    words = badge.inner_text()
    select(page, "confirm_all_told")
    desi.look()
    desi.picture("designer_drawing")

    show(desi, draft_id)
    assert badge.inner_text() == words
    with live_server.app.app_context():
        draft = drafts.show(accounts.viewer_named("desi@wandsworth.example"), draft_id)
    assert 'deadline("remand.first_meeting", remanded_at)' in unescape(draft.bundle.main)


def shape(page: Page, element: str) -> dict[str, Any]:
    """Where an element stands, its type, and what it carries by name."""
    found: dict[str, Any] = page.evaluate(
        """id => { const one = document.querySelector('[data-designer]').modeler.get('elementRegistry').get(id)
        const lists = (one.businessObject.extensionElements?.values || []).flatMap(v => v.properties || [])
        return { x: one.x, y: one.y, width: one.width, type: one.type, fill: one.di.fill || '',
          carries: Object.fromEntries(lists.map(p => [p.name, p.value])) } }""",
        element,
    )
    return found


def selected(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        "document.querySelector('[data-designer]').modeler.get('selection').get().map(one => one.id)"
    )
    return found


def test_the_tools_do_what_they_say_and_can_be_undone(
    live_server: LiveServer, reader: Callable[..., Reader]
) -> None:
    desi, draft_id = opened(live_server, reader, "desi@wandsworth.example", "remand_yda")
    page, panel, visit = desi.page, desi.page.locator("[data-designer-panel]"), "record_first_visit"

    def press(name: str) -> None:
        page.get_by_role("button", name=name, exact=True).click()

    def undo_all() -> None:
        while page.get_by_role("button", name="Undo", exact=True).is_enabled():
            press("Undo")

    # a step is found by its name, and says what its duty asks for
    press("Find")
    expect(page.locator(".djs-search-input input")).to_be_focused()
    page.keyboard.type("visit the child in custody")
    expect(page.locator(".djs-search-result-selected")).to_be_visible()
    page.keyboard.press("Enter")
    assert selected(page) == [visit]
    expect(panel.get_by_role("list")).to_contain_text("Visit within five working days of placement")
    before = shape(page, visit)
    assert before["carries"]["duty"]

    # what follows is added in plain words, and is the work of a person
    press("Add what follows")
    menu = page.locator(".djs-popup")
    expect(menu).not_to_contain_text("Transaction")
    menu.get_by_text("Task for a person").click()
    (added,) = selected(page)
    assert shape(page, added)["type"] == "bpmn:UserTask"
    undo_all()

    # a copy carries the same, and so does the step when it becomes another kind
    select(page, visit)
    press("Copy")
    press("Paste")
    (pasted,) = selected(page)
    assert pasted != visit
    assert shape(page, pasted)["carries"] == before["carries"]
    press("Delete")
    select(page, visit)
    page.locator(".djs-context-pad [data-action=replace]").click()
    menu.locator("input").fill("outside the service")  # the whole list may be longer than the window
    menu.get_by_text("Task for a person, outside the service").click()
    changed = shape(page, visit)
    assert changed["type"] == "bpmn:ManualTask"
    assert changed["carries"] == before["carries"]
    undo_all()
    assert shape(page, visit) == before

    # colours, and standing in line
    row = [visit, "confirm_all_told", "act_on_safety_concern"]
    select_all = "ids => { const m = document.querySelector('[data-designer]').modeler\n"
    page.evaluate(
        select_all + "m.get('selection').select(ids.map(id => m.get('elementRegistry').get(id))) }", row
    )
    page.get_by_label("Colour of what is selected").select_option("blue")
    assert {shape(page, one)["fill"] for one in row} == {"#d2e2f1"}
    press("Space evenly")
    places = sorted(shape(page, one)["x"] for one in row)
    assert abs((places[1] - places[0]) - (places[2] - places[1])) <= 1
    press("Align left")
    assert len({shape(page, one)["x"] for one in row}) == 1
    undo_all()
    assert shape(page, visit) == before

    # a deadline that lost its duty is warned of; the warning is accepted with a reason, which stays in the drawing
    select(page, "act_on_safety_concern")
    panel.get_by_role("button", name="Remove WAN-2-01", exact=True).click()
    select(page, visit)
    warning = page.locator("[data-designer-findings]").get_by_role("button", name="Ring about the safety")
    warning.click()
    expect(panel.get_by_text("no duty says why")).to_be_visible()
    panel.get_by_text("Accept it with a reason").click()
    panel.get_by_label("Why it is right here").fill("The protocol names no number")
    panel.get_by_role("button", name="Accept", exact=True).click()
    expect(panel.get_by_text("Accepted because: The protocol names no number")).to_be_visible()
    expect(warning).to_have_count(0)
    saved(page)
    with live_server.app.app_context():
        draft = drafts.show(accounts.viewer_named("desi@wandsworth.example"), draft_id)
    assert ": The protocol names no number" in unescape(draft.bundle.main)

    # on a phone the drawing has the room: the tools are folded, the details are a sheet beneath
    page.set_viewport_size(PHONE)
    show(desi, draft_id)
    expect(page.locator(".djs-palette")).not_to_have_class(OPEN)
    press("Use the whole window")
    page.get_by_role("button", name="Tools for drawing").click()
    expect(page.locator(".djs-palette")).to_have_class(OPEN)
    select(page, visit)
    expect(panel.get_by_label("Who does it")).to_be_in_viewport()
    desi.look()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Use the whole window")).to_be_visible()


def test_the_second_of_two_is_told_and_loses_nothing(
    live_server: LiveServer, reader: Callable[..., Reader]
) -> None:
    desi, _ = opened(live_server, reader, "desi@wandsworth.example", "before_court")
    rev, _ = opened(live_server, reader, "rev@wandsworth.example", "before_court")
    for somebody, name in ((desi, "Bail is opposed here"), (rev, "Bail is opposed there")):
        select(somebody.page, "bail_opposed")
        somebody.page.locator("[data-designer-panel]").get_by_label("Name").fill(name)
        somebody.page.locator("[data-designer-panel]").get_by_label("Name").blur()
        if somebody is desi:
            saved(desi.page)

    banner = rev.page.locator("[data-designer-conflict]")
    expect(banner).to_be_visible()
    assert "saved this draft on" in banner.inner_text()
    with rev.page.expect_download() as mine:
        banner.get_by_role("button", name="Keep mine as a file").click()
    assert "Bail is opposed there" in Path(mine.value.path()).read_text(encoding="utf-8")
    banner.get_by_role("button", name="Load theirs").click()
    rev.page.wait_for_selector("[data-designer][data-ready]")
    select(rev.page, "bail_opposed")
    expect(rev.page.locator("[data-designer-panel]").get_by_label("Name")).to_have_value(
        "Bail is opposed here"
    )


def test_without_a_connection_a_copy_is_kept_and_saved_later(
    live_server: LiveServer, reader: Callable[..., Reader]
) -> None:
    desi, draft_id = opened(live_server, reader, "desi@wandsworth.example", "before_court")
    page = desi.page
    page.context.set_offline(True)
    select(page, "bail_opposed")
    name = page.locator("[data-designer-panel]").get_by_label("Name")
    name.fill("Kept for later")
    name.blur()
    expect(page.get_by_text("Not saved: there is no connection")).to_be_visible()
    page.context.set_offline(False)
    saved(page)
    # words in a field that nobody has left yet are kept too
    name.fill("Kept though not left")
    page.on("dialog", lambda asked: asked.accept())
    page.reload()
    page.get_by_role("button", name="Take them up again").click()
    expect(name).to_have_value("Kept though not left")
    saved(page)
    with live_server.app.app_context():
        draft = drafts.show(accounts.viewer_named("desi@wandsworth.example"), draft_id)
    assert "Kept though not left" in draft.bundle.main


@pytest.mark.parametrize("address", ["/work", "/pathways/remand_yda"])
def test_practitioners_never_load_the_designer(reader: Callable[..., Reader], address: str) -> None:
    loaded: list[Any] = []
    sam = reader("sam@wandsworth.example")
    sam.page.on("request", lambda request: loaded.append(request.url))
    sam.go(address)
    assert loaded
    assert not [url for url in loaded if "designer" in url]
