"""What a draft changes, on its drawing: a sign at each element; the same as a list and a picture without a script."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from playwright.sync_api import expect

from app.domain.clock import SimulatedClock, use_clock
from app.services import accounts
from app.services.workbench import drafting, drafts
from tests.e2e.reader import Reader
from tests.web_server import LiveServer

DESIGNER = "desi@wandsworth.example"
OLD, NEW = 'name="Visit child and family together"', 'name="Visit together"'


def test_what_a_draft_changes_is_marked_on_its_drawing_and_listed_without_one(
    reader: Callable[..., Reader], live_server: LiveServer, server_clock: SimulatedClock
) -> None:
    with live_server.app.app_context(), use_clock(server_clock):
        desi = accounts.viewer_named(DESIGNER)
        draft = drafts.show(desi, drafting.open_draft(desi, "yro_report"))
        text = draft.bundle.main.replace(OLD, NEW)
        bundle = replace(draft.bundle, files={**draft.bundle.files, draft.bundle.main_path: text})
        drafting.save(desi, draft.id, revision=draft.revision, bundle=bundle, what="Renamed")
    address = f"/workbench/drafts/{draft.id}/differences"

    somebody = reader(DESIGNER)
    somebody.go(address)
    sign = somebody.page.locator(
        "#drawing-new [data-container-id=visit_together] .app-diagram-change--changed"
    )
    expect(sign).to_have_text("≠")
    expect(somebody.page.locator("#drawing-old .app-diagram-change")).to_have_count(1)

    without = reader(DESIGNER, javascript=False, on_a_phone=True)
    without.go(address)
    expect(without.page.locator(".app-changes li")).to_have_count(1)
    expect(without.page.locator(".app-changes")).to_contain_text("Is now Visit together")
    expect(without.page.locator("noscript img, .app-diagram-picture img")).to_have_count(2)
