"""The modeller in a real browser: nothing that a drawing carries is lost, deadlines are changed, findings are seen."""

from __future__ import annotations

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
from tests.e2e.reader import Reader
from tests.web_server import LiveServer

DRAWN = sorted((Path(__file__).resolve().parents[2] / "processes").glob("*/*.bpmn"))
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
READY_WITHIN = 5000
"""Milliseconds; it is 1,300 on a machine of two busy cores, and more where many tests run at once."""
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
        seen.push([v.$type, v.name || v.id || '', v.value || ''].join('|'))
        read(v.properties)
        read(v.parameterList?.parameters)
      }
    }
    read(one.businessObject.extensionElements?.values)
    return seen
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
        for before, after in desi.page.evaluate(COPY_AND_CHANGE, text):
            assert before
            assert before == after

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
    ready = page.evaluate("performance.getEntriesByName('designer-ready')[0].startTime")
    assert ready < READY_WITHIN, f"the designer is ready after {ready:.0f} ms"
    select(page, "confirm_all_told")
    panel.get_by_label("When it is due").select_option("review.first")
    badge = page.locator(".djs-overlays[data-container-id=confirm_all_told] .app-designer-badge")
    saved(page)
    before = badge.inner_text()

    panel.get_by_label("When it is due").select_option("")  # a late mark without a date is a mistake
    sign = page.locator(".djs-overlays[data-container-id=confirm_all_told] .app-designer-sign--error")
    expect(sign).to_be_visible()
    expect(panel.get_by_text("Say when it is due")).to_be_visible()
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
    page.locator("[data-designer-panel]").get_by_label("Name").fill("Kept for later")
    page.locator("[data-designer-panel]").get_by_label("Name").blur()
    expect(page.get_by_text("Not saved: there is no connection")).to_be_visible()
    page.context.set_offline(False)
    saved(page)
    with live_server.app.app_context():
        draft = drafts.show(accounts.viewer_named("desi@wandsworth.example"), draft_id)
    assert "Kept for later" in draft.bundle.main


@pytest.mark.parametrize("address", ["/work", "/pathways/remand_yda"])
def test_practitioners_never_load_the_designer(reader: Callable[..., Reader], address: str) -> None:
    loaded: list[Any] = []
    sam = reader("sam@wandsworth.example")
    sam.page.on("request", lambda request: loaded.append(request.url))
    sam.go(address)
    assert loaded
    assert not [url for url in loaded if "designer" in url]
