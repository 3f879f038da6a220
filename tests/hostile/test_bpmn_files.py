"""BPMN files from anybody: hostile ones are turned away by the gate, quickly and with a sentence."""

from __future__ import annotations

import socket
import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import PathwayRefused
from app.domain.roles import RoleTable
from app.engine import catalogue, gate
from app.engine.check import check
from app.engine.contracts import Bundle
from app.engine.picture import Picture, Shown
from tests.engine.diagrams import diagram, end, flows, gateway, line, start, sub, task

ROLES = RoleTable.build({"social_worker": {"name": "Social worker", "agency": "csc"}})
GOOD = line(task("a"), path="start > a > end")
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
BODY = GOOD.removeprefix(DECLARATION)


def with_doctype(doctype: str, body: str = BODY) -> bytes:
    return (DECLARATION + doctype + body).encode()


LAUGHTER = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
LAUGHS = f'<!DOCTYPE d [<!ENTITY a "lol">{LAUGHTER}]>'

HOSTILE = {
    "an external file": with_doctype('<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    "an external address": with_doctype('<!DOCTYPE d SYSTEM "http://127.0.0.1:9/evil.dtd">'),
    "a parameter entity": with_doctype('<!DOCTYPE d [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]>'),
    "a billion laughs": with_doctype(LAUGHS, BODY.replace('name="journey"', 'name="&j;"')),
    "a quadratic blow-up": with_doctype(f'<!DOCTYPE d [<!ENTITY a "{"x" * 50_000}">]>', BODY),
    "a plain doctype": with_doctype("<!DOCTYPE definitions>"),
    "a doctype in UTF-16": ("\ufeff" + "<!DOCTYPE d>" + BODY).encode("utf-16"),
    "UTF-16 without a mark": BODY.encode("utf-16-le"),
    "UTF-32": BODY.encode("utf-32"),
    "a doctype behind a byte order mark": b"\xef\xbb\xbf" + with_doctype("<!DOCTYPE d>"),
    "a doctype in UTF-7": DECLARATION.replace("UTF-8", "UTF-7").encode()
    + b"+ADw-!DOCTYPE d+AD4-"
    + BODY.encode(),
    "EBCDIC": DECLARATION.replace("UTF-8", "cp037").encode("cp037") + BODY.encode("cp037"),
    "another encoding": DECLARATION.replace("UTF-8", "ISO-8859-1").encode() + BODY.encode("iso-8859-1"),
    "bytes that are not UTF-8": BODY.encode().replace(b'name="journey"', b'name="\xff\xfe"'),
    "an undeclared entity": BODY.replace('name="journey"', 'name="&x;"').encode(),
    "nothing": b"",
    "blank": b"  \n ",
    "no XML": b"hello",
    "half a file": GOOD.encode()[:-40],
    "a zip file": b"PK\x03\x04" + b"\x00" * 200,
    "an HTML page": b"<html><script>alert(1)</script></html>",
    "an SVG picture": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    "other definitions": b'<definitions xmlns="http://example.org/other"/>',
    "five megabytes": b"<a>" + b"x" * 5_000_000 + b"</a>",
    "ten thousand attributes": GOOD.replace(
        'id="a"', 'id="a" ' + " ".join(f'x{n}=""' for n in range(10_000))
    ).encode(),
    "a deep tree": b"<a>" * 5000 + b"</a>" * 5000,
    "twenty thousand tasks": diagram(
        start(), *(f'<bpmn:task id="t{n}"/>' for n in range(20_000)), end()
    ).encode(),
    "six hundred tasks in a row": line(
        *(task(f"t{n}") for n in range(600)),
        path=" > ".join(["start", *(f"t{n}" for n in range(600)), "end"]),
    ).encode(),
}


def nested(levels: int) -> str:
    inner = task("innermost")
    path = "s0 > innermost > e0"
    for level in range(levels):
        inner = sub(f"sub{level}", start(f"s{level}"), inner, end(f"e{level}"), flows(path))
        path = f"s{level + 1} > sub{level} > e{level + 1}"
    return line(inner, path=f"start > sub{levels - 1} > end")


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any attempt to open a socket fails the test."""

    def refuse(*_: object, **__: object) -> None:
        pytest.fail("a socket was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_turned_away_at_once(no_network, kind):
    started = time.process_time()

    (finding,) = check(HOSTILE[kind], roles=ROLES)

    assert finding.severity == "error"
    assert finding.sentence.endswith(".") or ":" in finding.sentence
    assert "passwd" not in finding.sentence
    assert time.process_time() - started < 1


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_not_compiled_either(kind):
    text = HOSTILE[kind].decode("latin-1")
    if kind in ("bytes that are not UTF-8", "UTF-32"):
        text += "\x00"

    with pytest.raises(PathwayRefused):
        catalogue.compile(Bundle("journey", {"x.bpmn": text}), ROLES)


@pytest.mark.parametrize("kind", ["a billion laughs", "a quadratic blow-up", "five megabytes"])
def test_a_bomb_takes_no_memory(kind):
    tracemalloc.start()
    try:
        check(HOSTILE[kind], roles=ROLES)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 20 * 1024 * 1024


def test_sub_processes_lie_at_most_five_deep():
    assert check(nested(5).encode(), roles=ROLES) == []
    (finding,) = check(nested(6).encode(), roles=ROLES)
    assert finding.rule == "levels"


def test_boxes_around_a_step_come_to_an_end_where_a_box_has_the_id_of_what_is_in_it():
    drawn = Picture({"box": Shown("box", "subProcess", "", "box")}, {}, {}, (), {}, {}, {}, frozenset(), ())

    assert list(drawn.around("box")) == ["box"]


def test_a_comment_or_a_processing_instruction_does_no_harm():
    drawn = BODY.replace("<bpmn:process", '<!-- a note --><?php system("id") ?><bpmn:process')

    assert check(drawn.encode(), roles=ROLES) == []
    catalogue.compile(Bundle("journey", {"x.bpmn": drawn}), ROLES)


def test_three_hundred_and_one_elements_are_too_many():
    names = [f"t{n}" for n in range(299)]
    drawn = line(*(task(name) for name in names), path=" > ".join(["start", *names, "end"]))

    with pytest.raises(PathwayRefused) as refused:
        gate.read(drawn)
    assert refused.value.findings[0].rule == "nodes"


def test_names_with_markup_stay_text():
    drawn = line(
        task("a").replace('id="a"', 'id="a" name="&lt;script&gt;alert(1)&lt;/script&gt;"'), path="start>a>end"
    )
    version = catalogue.compile(Bundle("journey", {"x.bpmn": drawn}), ROLES)

    element = version.element("a")
    assert element is not None
    assert element.name == "<script>alert(1)</script>"


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, len(GOOD) - 1), length=st.integers(0, 40), instead=st.text(max_size=10))
def test_a_file_with_a_piece_changed_is_checked_or_refused_and_never_breaks(at, length, instead):
    spoilt = (GOOD[:at] + instead + GOOD[at + length :]).encode("utf-8", "surrogatepass")

    findings = check(spoilt, roles=ROLES)

    if not any(finding.severity == "error" for finding in findings):
        catalogue.compile(Bundle(_key(spoilt), {"x.bpmn": spoilt.decode()}), ROLES)


def _key(xml: bytes) -> str:
    root = gate.read(xml)
    return str(root.find("{*}process").get("id"))


TAGS = st.sampled_from(
    ["task", "userTask", "scriptTask", "startEvent", "endEvent", "boundaryEvent", "subProcess"]
)


@settings(max_examples=150, deadline=None)
@given(
    nodes=st.lists(TAGS, min_size=1, max_size=8),
    ways=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=12),
    gates=st.lists(
        st.sampled_from(["exclusive", "parallel", "inclusive", "eventBased", "complex"]), max_size=4
    ),
)
def test_any_tangle_of_elements_is_checked_without_breaking(nodes, ways, gates):
    parts = [f'<bpmn:{tag} id="n{number}"/>' for number, tag in enumerate(nodes)]
    parts += [gateway(f"n{len(nodes) + number}", kind) for number, kind in enumerate(gates)]
    drawn = diagram(*parts, flows(";".join(f"n{a} > n{b}" for a, b in ways)))

    findings = check(drawn.encode(), roles=ROLES)

    assert all(finding.sentence for finding in findings)
