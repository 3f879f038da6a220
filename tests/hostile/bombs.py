"""Files that ask for more than there is: entities, depth, length, numbers of things, ways without end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

from tests.engine.foreign import DRAWINGS, END, START, chain, event, file_of, flow, process, task

DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
BODY = DRAWINGS["a decision in another language"]
PLACES = (
    "file:///etc/passwd",
    "file:///proc/self/environ",
    "file:///dev/zero",
    "http://127.0.0.1:9/x",
    "https://169.254.169.254/latest/meta-data/",
    "ftp://127.0.0.1:9/x",
    "expect://id",
    "gopher://127.0.0.1:9/x",
    "data:text/plain,x",
    "\\\\127.0.0.1\\x",
)


def _typed(doctype: str, name: str = "Handle a request") -> bytes:
    return DECLARATION + doctype.encode() + BODY.replace(b"Handle a request", name.encode())


def entities() -> Iterator[bytes]:
    """Entities that grow, of every shape."""
    for wide, levels in ((10, 9), (2, 60), (100, 4), (1000, 3)):
        grown = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * wide}">' for n in range(levels))
        yield _typed(f'<!DOCTYPE d [<!ENTITY e0 "lol">{grown}]>', f"&e{levels};")
    yield _typed(f'<!DOCTYPE d [<!ENTITY a "{"x" * 100_000}">]>', "&a;" * 10_000)
    yield _typed('<!DOCTYPE d [<!ENTITY a "&b;"><!ENTITY b "&a;">]>', "&a;")
    yield _typed("<!DOCTYPE d [<!ENTITY % a \"<!ENTITY b 'x'>\"> %a;]>", "&b;")
    yield _typed('<!DOCTYPE d [<!ATTLIST process name CDATA "x">]>')
    yield _typed("<!DOCTYPE d [" + "<!ENTITY a 'x'>" * 20_000 + "]>")
    yield ("\ufeff" + _typed('<!DOCTYPE d [<!ENTITY a "x">]>', "&a;").decode()).encode("utf-16")
    yield BODY.replace(b"Handle a request", b"&unknown;")
    yield BODY.replace(b"Handle a request", b"&#99999999999;")


def outside() -> Iterator[bytes]:
    """Whatever would be fetched from elsewhere."""
    for place in PLACES:
        yield _typed(f'<!DOCTYPE d [<!ENTITY x SYSTEM "{place}">]>', "&x;")
    yield _typed('<!DOCTYPE d SYSTEM "http://127.0.0.1:9/evil.dtd">')
    yield _typed('<!DOCTYPE d PUBLIC "-//x" "file:///etc/passwd">')
    yield _typed('<!DOCTYPE d [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]>')
    yield DECLARATION + b'<?xml-stylesheet href="http://127.0.0.1:9/x.xsl" type="text/xsl"?>' + BODY
    include = b'<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/>'
    yield BODY.replace(b"</process>", include + b"</process>")
    yield BODY.replace(
        b"<process", b'<import location="file:///etc/passwd" importType="x" namespace="y"/><process', 1
    )


def long_things() -> Iterator[bytes]:
    """One thing that is far too long."""
    for size in (1000, 100_000, 900_000):
        yield BODY.replace(b"Handle a request", b"n" * size)
        yield BODY.replace(b"Process_1", b"i" * size)
        yield file_of(process(START, task("a", inner=f"<documentation>{'d' * size}</documentation>"), END))
    yield file_of(process(START, task("a", more=" ".join(f'x{n}="{n}"' for n in range(40_000))), END))
    yield file_of(process(START, f"<{'t' * 200_000}/>", END))
    yield file_of(process(START, task("a"), task("b"), flow("a", "b", "x and " * 100_000 + "x")))


def deep_things() -> Iterator[bytes]:
    """Things inside things, up to 10,000 of them."""
    for levels in (4, 6, 50, 250, 10_000):
        boxes = "".join(f'<subProcess id="s{n}">' for n in range(levels)) + "</subProcess>" * levels
        yield file_of(process(START, boxes, END))
        yield file_of(
            process(START, task("a", inner="<extensionElements>" * levels + "</extensionElements>" * levels))
        )
        lanes = (
            "".join(f'<laneSet id="ls{n}"><lane id="l{n}">' for n in range(levels))
            + "</lane></laneSet>" * levels
        )
        yield file_of(
            process(lanes.replace('<laneSet id="ls0"', '<laneSet id="ls0"', 1), START, task("a"), END)
        )
    yield file_of(process(START, task("a"), END, flow("a", "done", "(" * 10_000 + "x" + ")" * 10_000)))
    yield file_of(process(START, task("a"), END, flow("a", "done", "not " * 10_000 + "x")))
    yield b"<a>" * 10_000 + b"</a>" * 10_000
    yield b"<a>" * 300_000


def many_things() -> Iterator[bytes]:
    """50,000 of each, and as many as are let in."""
    for made in (
        lambda n: f'<task id="t{n}"/>',
        lambda n: f'<sequenceFlow id="f{n}"/>',
        lambda n: f'<dataObject id="d{n}"/>',
        lambda n: f'<textAnnotation id="a{n}"/>',
        lambda n: f"<x{n}/>",
    ):
        yield file_of(process(START, *(made(n) for n in range(50_000)), END))
    yield file_of(process(START, END), *(f'<message id="m{n}"/>' for n in range(25_000)))
    yield file_of(process(START, END), *(f'<bpmndi:BPMNDiagram id="d{n}"/>' for n in range(15_000)))
    yield file_of(*(process(task("a"), key=f"P{n}") for n in range(290)))
    called = [f'<callActivity id="c{n}" calledElement="p{n}"/>' for n in range(24)]
    yield file_of(*(process(START, *called, END, key=f"p{n}") for n in range(12)))
    calling = (f'<callActivity id="c{n}" calledElement="q{n + 1}"/>' for n in range(140))
    yield file_of(
        *(process(one, key=f"q{n}") for n, one in enumerate(calling)), process(task("z"), key="q140")
    )


def tangles() -> Iterator[bytes]:
    """Few things, and more ways through them than there are atoms."""
    for word in (
        "exclusiveGateway",
        "parallelGateway",
        "inclusiveGateway",
        "eventBasedGateway",
        "complexGateway",
    ):
        yield _diamonds(word, 40)
        yield _all_to_all(word, 36)
    yield _all_to_all("task", 38)
    yield _all_to_all("subProcess", 38)
    yield _ladder(120)


def _diamonds(word: str, number: int) -> bytes:
    """One choice after the other: 2 ** number ways."""
    parts, ids = [START, END], ["go"]
    for n in range(number):
        parts += [f'<{word} id="s{n}"/>', task(f"a{n}"), task(f"b{n}"), f'<{word} id="j{n}"/>']
        parts += [
            flow(f"s{n}", f"a{n}"),
            flow(f"s{n}", f"b{n}"),
            flow(f"a{n}", f"j{n}"),
            flow(f"b{n}", f"j{n}"),
        ]
        ids += [f"s{n}", f"j{n}"]
    ends = [*ids[1:], "done"]
    parts += [flow("go", "s0")] + [flow(one, other) for one, other in pairwise(ends) if one[0] == "j"]
    return file_of(process(*parts))


def _all_to_all(word: str, number: int) -> bytes:
    nodes = [f'<{word} id="n{n}"/>' for n in range(number)]
    ways = [flow(f"n{one}", f"n{two}") for one in range(number) for two in range(number) if one != two]
    return file_of(process(START, *nodes, END, *ways, flow("go", "n0"), flow(f"n{number - 1}", "done")))


def _ladder(number: int) -> bytes:
    """Parallel forks whose joins lie crosswise."""
    parts = [START, END, flow("go", "p0"), flow(f"q{number - 1}", "done")]
    for n in range(number):
        parts += [
            f'<parallelGateway id="p{n}"/>',
            f'<parallelGateway id="q{n}"/>',
            flow(f"p{n}", f"q{number - 1 - n}"),
        ]
    parts += [flow(f"p{n}", f"p{n + 1}") for n in range(number - 1)]
    parts += [flow(f"q{n}", f"q{n + 1}") for n in range(number - 1)]
    return file_of(process(*parts))


def endless() -> Iterator[bytes]:
    """Loops, repetitions and times without end."""
    yield file_of(process(START, task("a"), task("b"), chain("go", "a", "b", "a")))
    yield file_of(process(task("a"), flow("a", "a")))
    yield file_of(process(START, '<exclusiveGateway id="g"/>', chain("go", "g"), flow("g", "g", "true")))
    yield file_of(
        process(START, '<parallelGateway id="g"/>', task("a"), chain("go", "g", "a", "g"), flow("g", "g"))
    )
    for count in ("1000000000000", "-1", "10**10**10", "len('x'*10**9)", "NaN", "${n}", ""):
        many = _tag("multiInstanceLoopCharacteristics", _tag("loopCardinality", count))
        yield file_of(process(START, task("a", inner=many), END, chain("go", "a", "done")))
    yield file_of(
        process(
            START, task("a", inner="<standardLoopCharacteristics id='l' loopMaximum='999999999999'/>"), END
        )
    )
    for kind, times in (
        ("timeCycle", ("R/PT0S", "R-1/P1D", "R999999999999/PT1S", "0 0 0 ? * *", "R5/P1D/P1D")),
        ("timeDuration", ("PT99999999999999999999H", "-P1D", "P", "P1Y1M1DT1H1M1.5S", "duration('P1D')")),
        ("timeDate", ("99999-12-31T00:00:00Z", "-0001-01-01", "0000-00-00", "now() + 10**100")),
    ):
        for words in times:
            timer = f'<timerEventDefinition id="td"><{kind}>{words}</{kind}></timerEventDefinition>'
            waits = f'<intermediateCatchEvent id="t">{timer}</intermediateCatchEvent>'
            yield file_of(process(START, waits, END, chain("go", "t", "done")))


def _tag(word: str, inner: str) -> str:
    return f"<{word}>{inner}</{word}>"


def circles() -> Iterator[bytes]:
    """Things that point to themselves, to each other or to nowhere."""
    yield file_of(process(task("a", "callActivity", more='calledElement="Process_1"')))
    for size in (2, 3, 20):
        ring = (
            process(task("c", "callActivity", more=f'calledElement="r{(n + 1) % size}"'), key=f"r{n}")
            for n in range(size)
        )
        yield file_of(*ring)
    yield file_of(
        process(START, event("boundaryEvent", "b", "timer", 'attachedToRef="b"'), END, flow("b", "done"))
    )
    borders = event("boundaryEvent", "b", "", 'attachedToRef="c"') + event(
        "boundaryEvent", "c", "", 'attachedToRef="b"'
    )
    yield file_of(process(START, borders, END))
    yield file_of(process(START, '<exclusiveGateway id="g" default="g"/>', chain("go", "g", "g")))
    yield file_of(
        '<collaboration id="c"><participant id="p" processRef="c"/>'
        '<messageFlow id="m" sourceRef="m" targetRef="m"/></collaboration>',
        process(task("a")),
    )
    yield file_of(
        process(
            START,
            '<subProcess id="s"><task id="a"/><sequenceFlow id="f" sourceRef="a" targetRef="s"/></subProcess>',
            END,
            chain("go", "s", "done"),
        )
    )
    links = event("intermediateThrowEvent", "l", "link") + event("intermediateCatchEvent", "k", "link")
    yield file_of(process(START, links, flow("go", "l"), flow("k", "l")))
    yield file_of(
        process(
            '<laneSet id="ls"><lane id="l"><flowNodeRef>l</flowNodeRef><flowNodeRef>a</flowNodeRef></lane></laneSet>',
            task("a"),
        )
    )
    yield file_of(
        process(START, task("a"), flow("nowhere", "a"), flow("a", "nowhere"), flow("go", "Process_1"))
    )
    yield file_of(
        process(
            task(
                "a",
                inner=_tag("dataInputAssociation", _tag("sourceRef", "a") + _tag("targetRef", "a")),
            )
        )
    )
    yield file_of(
        process(
            START,
            '<intermediateCatchEvent id="e"><eventDefinitionRef>e</eventDefinitionRef></intermediateCatchEvent>',
            END,
            chain("go", "e", "done"),
        )
    )
    yield file_of('<message id="m" itemRef="m"/>', process(task("a", "receiveTask", more='messageRef="a"')))


KINDS: Mapping[str, Callable[[], Iterator[bytes]]] = {
    "entities": entities,
    "fetching from elsewhere": outside,
    "far too long": long_things,
    "far too deep": deep_things,
    "far too many": many_things,
    "tangled ways": tangles,
    "endless": endless,
    "circles": circles,
}
