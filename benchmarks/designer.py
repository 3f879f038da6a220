"""The designer's pages in a browser until they can be worked on, beside bpmn-js alone with the same drawing.

Each page is opened in a browser profile of its own, with nothing kept from before: script, styles and drawing all come
over HTTP from this machine. The limit is a page of a few lines: bpmn-js as it comes, and the drawing.
"""

from __future__ import annotations

import statistics
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Flask, send_file

from app.services import demo
from app.services.workbench import drafting, drafts
from benchmarks.databases import AUTHORITY, Place
from benchmarks.measuring import Figure
from benchmarks.sizes import Progress, Size

KEY, FORM = "remand_yda", "remand_yda/record_first_visit"
AT_MOST = 2.5
BPMN_JS = Path(__file__).resolve().parent.parent / "node_modules" / "bpmn-js" / "dist"
BARE = """<!doctype html><title>bpmn-js</title>
<link rel="stylesheet" href="/diagram-js.css"><link rel="stylesheet" href="/bpmn-js.css">
<div id="canvas" style="height: 600px"></div>
<script src="/bpmn-js.js"></script>
<script>
fetch('/drawing').then((answer) => answer.text())
  .then((xml) => new BpmnJS({ container: '#canvas' }).importXML(xml))
  .then(() => performance.mark('bare-ready'))
</script>"""


def designer(here: Place, size: Size, progress: Progress) -> list[Figure]:
    """The drawing and the form editor of a draft of the largest pathway, ready for a hand."""
    viewer = here.viewer("desi")
    draft = drafts.show(viewer, drafting.open_draft(viewer, KEY))
    pages = {
        "drawing": (here.app, f"/workbench/drafts/{draft.id}/drawing", "designer-ready"),
        "form editor": (here.app, f"/workbench/drafts/{draft.id}/forms/{FORM}/design", "form-designer-ready"),
        "bare": (_bare(draft.bundle.main), "/", "bare-ready"),
    }
    with ThreadPoolExecutor(1) as apart:  # Playwright wants a thread without a loop of another's
        found = apart.submit(_measured, pages, max(1, size.rounds // 4), progress).result()
    return [
        Figure(
            "designer",
            here.kind,
            f"the {what} of {KEY} can be worked on, beside bpmn-js alone with that drawing",
            found[what],
            "ms",
            found["bare"],
            found[what] / found["bare"],
            target=f"at most {AT_MOST:g} times",
            reached=found[what] / found["bare"] <= AT_MOST,
            note="from the click, with nothing kept from before",
        )
        for what in ("drawing", "form editor")
    ]


def _bare(xml: str) -> Flask:
    app = Flask("bare")
    files = {
        "bpmn-js.js": BPMN_JS / "bpmn-modeler.production.min.js",
        "diagram-js.css": BPMN_JS / "assets" / "diagram-js.css",
        "bpmn-js.css": BPMN_JS / "assets" / "bpmn-js.css",
    }
    app.add_url_rule("/", "page", lambda: BARE)
    app.add_url_rule("/drawing", "drawing", lambda: (xml, {"Content-Type": "application/xml"}))
    app.add_url_rule("/<name>", "file", lambda name: send_file(files[name]))
    return app


def _measured(pages: dict[str, tuple[Flask, str, str]], rounds: int, progress: Progress) -> dict[str, float]:
    """The middle of the milliseconds from a page's address to its mark, the pages by turns."""
    chromium, web = import_module("tests.chromium"), import_module("tests.web_server")
    found: dict[str, list[float]] = {what: [] for what in pages}
    app = pages["drawing"][0]
    with (
        web.LiveServer(app) as ours,
        web.LiveServer(pages["bare"][0]) as bare,
        chromium.running_chromium() as browser,
    ):
        with chromium.open_page(browser) as page:
            session = _signed_in(page, ours.url)
        for number in range(rounds):
            progress(f"round {number + 1}")
            for what, (its_app, address, mark) in pages.items():
                url = f"{(ours if its_app is app else bare).url}{address}"
                with chromium.open_page(browser, storage_state=session) as page:
                    page.goto(url)
                    page.wait_for_function(f"() => performance.getEntriesByName('{mark}').length")
                    found[what].append(page.evaluate(f"performance.getEntriesByName('{mark}')[0].startTime"))
    return {what: statistics.median(times) for what, times in found.items()}


def _signed_in(page: Any, url: str) -> Any:
    page.goto(f"{url}/sign-in")
    page.locator("#username").fill(f"desi@{AUTHORITY}.example")
    page.locator("input[name=password]").fill(demo.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: "/sign-in" not in address)
    return page.context.storage_state()
