"""Children: find, make, read and put right, and what happened to and for them."""

from __future__ import annotations

from typing import Any

from flask import g, url_for

from app.api import looking
from app.api.door import operation, submission
from app.api.schemas.children import ChildChanges, ChildDetail, ChildFields, ChildPage, ChildQuery, Timeline
from app.api.schemas.shared import Paging
from app.domain.errors import BadInput
from app.services import child_details, child_lists, child_view, children, chronology
from app.services.child_lists import ListedChild
from app.services.listing import Paged

TAG = "Children"


@operation(
    "GET", "/children", tag=TAG, scope="children:read", action="search_children", query=ChildQuery, answers=ChildPage
)  # fmt: skip
def list_children(query: dict[str, Any]) -> Any:
    """The children whom the token's person may see, or those of them whom `q` fits, best first."""
    page = child_lists.find(
        g.viewer, query.get("q"), query.get("sort"), Paged(query["page"], query["page_size"])
    )
    return {**vars(page), "items": [_shown(one) for one in page.items]}


@operation(
    "POST", "/children", tag=TAG, scope="children:write", action="create_child", body=ChildFields, answers=ChildDetail,
    status=201,
)  # fmt: skip
def create_child(given: dict[str, Any]) -> Any:
    """Make a record. Search first: a second record of one child loses what the first one knows."""
    if given["authority"] not in (None, g.viewer.authority_id):
        sentence = f"This token is for {g.viewer.authority_id}."
        raise BadInput(sentence, {"authority": [sentence]})
    child_id = children.create(
        g.viewer,
        given_name=given["given_name"],
        family_name=given["family_name"],
        date_of_birth=given["date_of_birth"],
        identifiers=given["identifiers"],
        submission=submission(),
    )
    return _detail(child_id), 201, {"Location": url_for("api.get_child", child_id=child_id)}


@operation(
    "GET", "/children/<child_id>", tag=TAG, scope="children:read", action="see_child", answers=ChildDetail
)
def get_child(child_id: str) -> Any:
    """One child's record."""
    return _detail(child_id)


@operation(
    "PATCH", "/children/<child_id>", tag=TAG, scope="children:write", action="edit_child", body=ChildChanges,
    answers=ChildDetail,
)  # fmt: skip
def change_child(given: dict[str, Any], child_id: str) -> Any:
    """Put names, date of birth or numbers right. Due dates that hang on the date of birth move with it."""
    before = child_details.show(g.viewer, child_id).answers
    born = given.get("date_of_birth")
    changed = {
        **{name: given[name] for name in ("given_name", "family_name") if name in given},
        **({"date_of_birth": born.isoformat() if born else None} if "date_of_birth" in given else {}),
        **given.get("identifiers", {}),
    }
    child_details.change(g.viewer, child_id, {**before, **changed})
    return _detail(child_id)


@operation(
    "GET", "/children/<child_id>/timeline", tag=TAG, scope="children:read", action="see_timeline", query=Paging,
    answers=Timeline,
)  # fmt: skip
def list_timeline(query: dict[str, Any], child_id: str) -> Any:
    """What happened to and for the child, newest first, in words."""
    asked = Paged(query["page"], query["page_size"])
    found = chronology.of_child(g.viewer, child_id, page=asked.page, page_size=asked.page_size)
    looking.shown(child_id)
    beyond = asked.page > found.pages
    return {
        "items": [] if beyond else [vars(one) for one in found.happenings],
        "total": found.total,
        "page": asked.page,
        "page_size": asked.page_size,
    }


def _detail(child_id: str) -> dict[str, Any]:
    head = child_view.head(g.viewer, child_id)
    looking.shown(child_id)
    return {**_shown(ListedChild(head.child, head.identifiers)), "badges": list(head.badges)}


def _shown(one: ListedChild) -> dict[str, Any]:
    return {**vars(one.row), "authority": g.viewer.authority_id, "identifiers": dict(one.numbers)}
