"""Drawings that are well formed, and mean harm or nonsense: scripts, names, namespaces."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from xml.sax.saxutils import escape, quoteattr

from tests.engine.foreign import (
    BPMN,
    DC,
    DI,
    DRAWINGS,
    END,
    START,
    chain,
    event,
    file_of,
    flow,
    process,
    task,
)

SCRIPTS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "]]><script>alert(1)</script>",
    "{{ 7 * 7 }}{% for x in ().__class__.__base__.__subclasses__() %}",
    "${T(java.lang.Runtime).getRuntime().exec('id')}",
    "__import__('os').system('id')",
    "().__class__.__bases__[0].__subclasses__()",
    "10 ** 10 ** 10",
    "'x' * 10 ** 10",
    "[x for x in range(10 ** 10)]",
    "lambda: (yield)",
    "open('/etc/passwd').read()",
    "'; DROP TABLE people; --",
)
NAMES = (
    "\n" * 1000,
    "\u202egnp.exe",
    "\u200b" * 200,
    "a\u0301" * 5000,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\ufffe",
    "__proto__",
    "constructor",
    "../../etc/passwd",
    "CON",
    "0",
    "-",
    "   ",
    "İstanbul ẞ ﬁ",
    "%s%n%d{0}{self}",
    "\x85\u2028\u2029",
    "a" * 70,
)
REFERENCES = ("&#0;", "&#1;", "&#8;", "&#x1B;", "&#xD800;", "&#xFFFF;", "&#9;&#10;&#13;", "&#x7F;", "&#x85;")


def lifelike() -> bytes:
    """Two pools with lanes, data, a box, messages and a drawing, as other modellers write them."""
    shapes = "".join(
        f'<bpmndi:BPMNShape id="{key}_s" bpmnElement="{key}">'
        f'<dc:Bounds x="{200 + 130 * n}" y="150" width="100" height="80"/></bpmndi:BPMNShape>'
        for n, key in enumerate(("go", "read", "fine", "answer", "box", "done"))
    )
    lanes = (
        '<laneSet id="ls"><lane id="l1" name="Clerk"><flowNodeRef>go</flowNodeRef><flowNodeRef>read</flowNodeRef>'
        '<flowNodeRef>fine</flowNodeRef></lane><lane id="l2" name="Boss"><flowNodeRef>answer</flowNodeRef>'
        "<flowNodeRef>box</flowNodeRef><flowNodeRef>done</flowNodeRef></lane></laneSet>"
    )
    return file_of(
        '<message id="m1" name="Letter"/><signal id="sig" name="Alarm"/><error id="err" errorCode="7"/>',
        '<collaboration id="c"><participant id="p1" name="Office" processRef="A"/><participant id="p2" name="World"/>'
        '<messageFlow id="mf" sourceRef="p2" targetRef="go"/></collaboration>',
        process(
            lanes,
            '<startEvent id="go" name="Letter comes"><messageEventDefinition id="md" messageRef="m1"/></startEvent>',
            task("read", "userTask"),
            '<exclusiveGateway id="fine" name="Fine?" default="fine-answer"/>',
            task("answer", "sendTask"),
            f'<subProcess id="box" name="Argue">'
            f"{event('startEvent', 'b1')}{task('talk')}{event('endEvent', 'b2', 'error')}"
            f"{chain('b1', 'talk', 'b2')}</subProcess>",
            '<boundaryEvent id="late" attachedToRef="box"><timerEventDefinition id="tm">'
            "<timeDuration>P3D</timeDuration></timerEventDefinition></boundaryEvent>",
            event("endEvent", "done", "signal"),
            '<dataObjectReference id="dr" dataObjectRef="do" name="File"/><dataObject id="do"/>',
            '<textAnnotation id="ta"><text>Mind the gap</text></textAnnotation>'
            '<association id="as" sourceRef="ta" targetRef="read"/>',
            chain("go", "read", "fine", "answer", "done"),
            flow("fine", "box", "amount &gt; 7"),
            flow("box", "done"),
            flow("late", "answer"),
            key="A",
            name="Office",
        ),
        f'<bpmndi:BPMNDiagram id="dg"><bpmndi:BPMNPlane id="pl" bpmnElement="c">'
        f"{shapes}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>",
    )


def scripts() -> Iterator[bytes]:
    """Programs where words are expected."""
    for words in SCRIPTS:
        said = escape(words)
        parts = [
            START,
            task("a", inner=f"<documentation>{said}</documentation>"),
            '<exclusiveGateway id="g"/>',
        ]
        parts += [
            task("s", "scriptTask", f"<script>{said}</script>"),
            END,
            chain("go", "a", "g", "s", "done"),
        ]
        yield file_of(process(*parts, flow("g", "done", said)))
        yield file_of(process(START, f"<task id={quoteattr(words)} name={quoteattr(words)}/>", END, name="x"))


def names() -> Iterator[bytes]:
    """Names that cannot be shown, or are something else to a machine."""
    for words in NAMES:
        yield file_of(
            f"<process id='p' name={quoteattr(words)}>{START}<task id='a' name={quoteattr(words)}/>{END}</process>"
        )
    for words in REFERENCES:
        yield DRAWINGS["data everywhere"].replace(b"Handle a request", words.encode())


def namespaces() -> Iterator[bytes]:
    """What is written in the language, and is not of it."""
    good = DRAWINGS["borders, signals and undoing"].decode()
    yield good.replace(BPMN, "http://www.omg.org/spec/BPMN/20200101/MODEL").encode()
    yield good.replace(f'xmlns="{BPMN}"', "").encode()
    yield good.replace(f'xmlns="{BPMN}"', f'xmlns:b="{BPMN}"').encode()
    yield good.replace("<process", f'<process xmlns:x="{DI}" xmlns:bpmndi="{BPMN}"', 1).encode()
    yield good.replace(
        "<definitions", "<definitions " + " ".join(f'xmlns:n{n}="urn:{n}"' for n in range(5000)), 1
    ).encode()
    yield good.replace("<task", '<task xmlns=""', 1).encode()
    yield good.replace("<task", '<task xml:base="file:///etc/" xml:id="a"', 1).encode()
    yield good.replace(
        "<process", '<process xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="tTask"', 1
    ).encode()
    yield good.replace(DI, BPMN).replace(DC, BPMN).encode()
    yield good.replace("<startEvent", "<!-- <startEvent> --><?php echo 1 ?><startEvent", 1).encode()
    yield good.replace("</definitions>", "</definitions><definitions/>").encode()
    yield good.replace("</definitions>", f"</definitions>{'<!-- x -->' * 20_000}").encode()
    yield good.replace("<process", "<![CDATA[" + "x" * 100_000 + "]]><process", 1).encode()


KINDS: Mapping[str, Callable[[], Iterator[bytes]]] = {
    "programs in the text": scripts,
    "names": names,
    "namespaces": namespaces,
}
