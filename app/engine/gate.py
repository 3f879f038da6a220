"""The gate: bytes from anybody become an XML tree, or a refusal that says why.

A BPMN file is hostile until shown otherwise: no document type, no entity, no network, no other encoding than
UTF-8, a limit on size, and a limit on how much is drawn (the engine's cost grows with it).
"""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

from app.domain.errors import PathwayRefused
from app.engine.contracts import Finding
from app.engine.names import BPMN, FLOW_NODES, local_name

MAX_BYTES = 1024 * 1024
MAX_NODES = 300
MAX_LEVELS = 5
MAX_NAME = 200
MAX_ATTRIBUTES = 200

_DECLARED_ENCODING = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_FORBIDDEN = re.compile(rb"<!\s*(DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)
_CONTAINERS = frozenset({"subProcess", "transaction", "adHocSubProcess"})


def read(xml: bytes | str) -> Any:
    """The root element of a BPMN file. Raises PathwayRefused with one finding that says what is wrong."""
    raw = xml.encode("utf-8", "surrogatepass") if isinstance(xml, str) else bytes(xml)
    _refuse_disguises(raw)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise refusal(
            "xml",
            "The file cannot be read as XML: it is damaged, or no BPMN file. Save it again from its modeller "
            f"({_short(error)}).",
        ) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise refusal("doctype", "The file has a document type. Save it again from a BPMN modeller.")
    if root.tag != f"{{{BPMN}}}definitions":
        raise refusal("not_bpmn", "This is not a BPMN 2.0 file. Save it as BPMN 2.0 from a modeller.")
    _refuse_too_much(root)
    return root


def refusal(rule: str, sentence: str, element: str = "") -> PathwayRefused:
    """A PathwayRefused with a single finding."""
    return PathwayRefused(sentence, [Finding(element, rule, "error", sentence)])


def _refuse_disguises(raw: bytes) -> None:
    if len(raw) > MAX_BYTES:
        raise refusal(
            "size", "The file is larger than 1 MB. Split the pathway into processes that call one another."
        )
    if not raw.strip():
        raise refusal("empty", "The file is empty.")
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in raw:
        raise refusal("encoding", "The file is not UTF-8 text. Save it as UTF-8.")
    declared = _DECLARED_ENCODING.match(raw.removeprefix(b"\xef\xbb\xbf"))
    if declared and declared.group(1).lower() not in (b"utf-8", b"utf8", b"us-ascii", b"ascii"):
        raise refusal("encoding", "The file is not UTF-8 text. Save it as UTF-8.")
    if _FORBIDDEN.search(raw):
        raise refusal(
            "doctype",
            "The file has a document type or an entity, which no BPMN modeller writes. Save it again from a modeller.",
        )


def _refuse_too_much(root: Any) -> None:
    nodes = 0
    pending = [(root, 0)]
    while pending:
        parent, level = pending.pop()
        for child in parent:
            name = local_name(child)
            nodes += name in FLOW_NODES
            deeper = level + (name in _CONTAINERS)
            if deeper > MAX_LEVELS:
                raise refusal(
                    "levels",
                    f"Sub-processes lie more than {MAX_LEVELS} deep. Draw the inner ones as processes of their own.",
                    child.get("id", ""),
                )
            if nodes > MAX_NODES:
                raise refusal(
                    "nodes",
                    f"More than {MAX_NODES} elements are drawn. Split the pathway into processes of their own.",
                )
            if len(child.attrib) > MAX_ATTRIBUTES:  # libxml2 looks each of them up from the first on
                raise refusal(
                    "attributes",
                    f"An element has more than {MAX_ATTRIBUTES} attributes, which no modeller writes. Save it again.",
                    child.get("id", ""),
                )
            pending.append((child, deeper))


def _short(error: Exception) -> str:
    text = str(error).split("\n", 1)[0]
    return re.sub(r" \(<string>.*|, use XML_PARSE_HUGE option", "", text)[:200]
