"""Documents of a child and of a task: added, opened, withdrawn."""

from __future__ import annotations

from flask import Blueprint, Flask, current_app, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.domain.errors import BadInput
from app.domain.ids import new_id
from app.domain.uploads import LARGEST
from app.services import child_view, documents, task_view
from app.services.documents import Given
from app.web.guard import allowed
from app.web.identity import identity_facts
from app.web.kept_forms import is_again, keeps_what_is_typed

pages = Blueprint("child_documents", __name__)
SECTION = "children.index"
UPLOADS = frozenset({"child_documents.add", "child_documents.add_to_task", "workbench_import.look"})
ROOM_FOR_THE_FORM = 64 * 1024
OTHER_FORMS = 2 * 1024 * 1024
Answer = str | Response | tuple[str, int]
CHOOSE_AGAIN = BadInput(
    "Choose the file again.", {"file": ["Choose the file again: no page can carry a file"]}
)


def install(app: Flask) -> None:
    """Take no more than 2 MB from any form, and a file of 10 MB where one is asked for. Before any form is read."""
    app.config.setdefault("MAX_CONTENT_LENGTH", OTHER_FORMS)
    app.config.setdefault("MAX_FORM_MEMORY_SIZE", OTHER_FORMS)
    app.before_request(_make_room)


def _make_room() -> None:
    if request.endpoint in UPLOADS:
        request.max_content_length = LARGEST + ROOM_FOR_THE_FORM


@pages.get("/children/<child_id>/documents")
@allowed("see_documents", section=SECTION)
def index(child_id: str) -> Answer:
    """The documents of a child, and room for one more."""
    return _page(child_id)


@pages.post("/children/<child_id>/documents")
@allowed("add_document", section=SECTION)
@keeps_what_is_typed
def add(child_id: str) -> Answer:
    """Add one."""
    if is_again():
        return _page(child_id, CHOOSE_AGAIN)
    try:
        _add(child_id, None)
    except BadInput as error:
        return _page(child_id, error), 422
    flash("The document is added.", "success")
    return redirect(url_for(".index", child_id=child_id), 303)


@pages.post("/tasks/<task_id>/documents")
@allowed("attach", section="work.mine")
@keeps_what_is_typed
def add_to_task(task_id: str) -> Answer:
    """Add one to a task; a mistake is told on the page of the child's documents."""
    view = task_view.show(g.viewer, task_id)
    if is_again():
        return _page(view.child.id, CHOOSE_AGAIN, task_id)
    try:
        _add(view.child.id, task_id)
    except BadInput as error:
        return _page(view.child.id, error, task_id), 422
    flash("The document is added to this task.", "success")
    return redirect(url_for("tasks.show", task_id=task_id, _anchor="documents"), 303)


@pages.get("/documents/<document_id>")
@allowed("see_documents", section=SECTION)
def download(document_id: str) -> Response:
    """The file, to be saved: never shown inside the service."""
    opened = documents.open_one(g.viewer, document_id)
    return Response(
        opened.content,
        mimetype=opened.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{opened.name}"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


@pages.get("/documents/<document_id>/withdraw")
@allowed("add_document", section=SECTION)
def ask_withdraw(document_id: str) -> Answer:
    """Why it is withdrawn."""
    return _withdraw_page(document_id)


@pages.post("/documents/<document_id>/withdraw")
@allowed("add_document", section=SECTION)
@keeps_what_is_typed
def withdraw(document_id: str) -> Answer:
    """Take it out of use."""
    if is_again():
        return _withdraw_page(document_id)
    try:
        child_id = documents.withdraw(g.viewer, document_id, request.form.get("reason", ""))
    except BadInput as error:
        return _withdraw_page(document_id, error), 422
    flash("The document is withdrawn. It stays in the record.", "success")
    return redirect(url_for(".index", child_id=child_id), 303)


def _add(child_id: str, task_id: str | None) -> None:
    file = request.files.get("file")
    given = Given(
        content=file.read(LARGEST + 1) if file else b"",
        title=request.form.get("title", ""),
        for_case_system=request.form.get("for_case_system") == "true",
    )
    documents.add(
        g.viewer,
        child_id,
        given,
        scan_command=current_app.config.get("SCAN_COMMAND"),
        task_id=task_id,
        submission=request.form.get("submission"),
    )


def _page(child_id: str, error: BadInput | None = None, task_id: str | None = None) -> str:
    found = error.errors if error else {}
    head = child_view.head(g.viewer, child_id)
    return render_template(
        "documents/index.html",
        page_name="Documents",
        head=head,
        facts=identity_facts(head.child, head.identifiers, head.facts),
        documents=documents.of_child(g.viewer, child_id),
        sent_to=url_for(".add_to_task", task_id=task_id) if task_id else url_for(".add", child_id=child_id),
        errors=[
            {"text": words, "href": f"#{name}"} for name in ("file", "title") for words in found.get(name, [])
        ],
        field_errors=found,
        title=request.form.get("title", ""),
        submission=new_id(),
    )


def _withdraw_page(document_id: str, error: BadInput | None = None) -> str:
    why = error.errors.get("reason", []) if error else []
    return render_template(
        "documents/withdraw.html",
        page_name="Withdraw a document",
        document=documents.withdrawable(g.viewer, document_id),
        errors=[{"text": words, "href": "#reason"} for words in why],
        why=why,
        reason=request.form.get("reason", ""),
    )
