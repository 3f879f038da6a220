"""Small drawings as other modellers write them, for the tests of the import."""

from __future__ import annotations

from itertools import pairwise

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
HEAD = f'<definitions xmlns="{BPMN}" xmlns:bpmndi="{DI}" xmlns:dc="{DC}" targetNamespace="http://other.example/x">'


def file_of(*parts: str) -> bytes:
    """A file with these parts at its top."""
    return f"{HEAD}{''.join(parts)}</definitions>".encode()


def process(*parts: str, key: str = "Process_1", name: str = "Handle a request") -> str:
    """A process with these parts."""
    return f'<process id="{key}" name="{name}" isExecutable="false">{"".join(parts)}</process>'


def flow(source: str, target: str, condition: str = "", name: str = "") -> str:
    """A sequence flow called after its ends."""
    inner = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
    ends = f'sourceRef="{source}" targetRef="{target}"'
    return f'<sequenceFlow id="{source}-{target}" name="{name}" {ends}>{inner}</sequenceFlow>'


def chain(*ids: str) -> str:
    """Flows from each to the next."""
    return "".join(flow(one, other) for one, other in pairwise(ids))


def event(word: str, key: str, definition: str = "", more: str = "") -> str:
    """An event with what it waits for or throws."""
    inner = f"<{definition}EventDefinition id='{key}_d'/>" if definition else ""
    return f'<{word} id="{key}" name="{key}" {more}>{inner}</{word}>'


def task(key: str, word: str = "task", inner: str = "", more: str = "") -> str:
    """An activity called after its id."""
    return f'<{word} id="{key}" name="{key}" {more}>{inner}</{word}>'


START, END = event("startEvent", "go"), event("endEvent", "done")


DRAWINGS = {
    "no start, no end, a split": file_of(
        process(task("a"), task("b"), task("c"), flow("a", "b"), flow("a", "c"))
    ),
    "a decision in another language": file_of(
        process(
            START,
            task("Check it"),
            '<exclusiveGateway id="g" name="Big enough?"/>',
            task("again"),
            END,
            chain("go", "Check it", "g", "again", "Check it"),
            flow("g", "done", "${amount &gt; 100}", "Yes"),
        )
    ),
    "what other systems do": file_of(
        process(
            START,
            task("s", "serviceTask"),
            task("r", "businessRuleTask"),
            task("x", "scriptTask", "<script>import os</script>"),
            task("m", "sendTask"),
            task("w", "receiveTask"),
            task("k", "callActivity", more='calledElement="elsewhere"'),
            END,
            chain("go", "s", "r", "x", "m", "w", "k", "done"),
        )
    ),
    "data everywhere": file_of(
        '<dataStore id="store" name="Files"/>',
        process(
            START,
            '<dataObject id="o"/><dataObjectReference id="or" dataObjectRef="o" name="Letter"/>',
            '<dataStoreReference id="sr" dataStoreRef="store"/>',
            task(
                "a",
                "userTask",
                "<ioSpecification><dataInput id='i'/><inputSet id='is'/></ioSpecification>"
                "<dataInputAssociation id='ia'><targetRef>i</targetRef></dataInputAssociation>",
            ),
            END,
            chain("go", "a", "done"),
        ),
    ),
    "times of another engine": file_of(
        process(
            START,
            '<intermediateCatchEvent id="t"><timerEventDefinition id="td"><timeCycle>R6/P1D</timeCycle>'
            "</timerEventDefinition></intermediateCatchEvent>",
            '<intermediateCatchEvent id="u" name="a while"><timerEventDefinition id="ud"><timeDuration>'
            "=duration(x)</timeDuration></timerEventDefinition></intermediateCatchEvent>",
            END,
            chain("go", "t", "u", "done"),
        )
    ),
    "two pools that talk": file_of(
        '<collaboration id="c"><participant id="p1" name="Customer" processRef="A"/>'
        '<participant id="p2" name="Shop" processRef="B"/><participant id="p3" name="Bank"/>'
        '<messageFlow id="mf" name="Order" sourceRef="order" targetRef="ordered"/>'
        '<messageFlow id="mg" name="Goods" sourceRef="deliver" targetRef="delivered"/>'
        '<messageFlow id="mh" sourceRef="p3" targetRef="paid"/></collaboration>',
        process(
            event("startEvent", "want"),
            event("intermediateThrowEvent", "order", "message"),
            event("intermediateCatchEvent", "delivered", "message"),
            event("endEvent", "have"),
            chain("want", "order", "delivered", "have"),
            key="A",
            name="",
        ),
        process(
            event("startEvent", "ordered", "message"),
            event("intermediateCatchEvent", "paid", "message"),
            event("endEvent", "deliver", "message"),
            chain("ordered", "paid", "deliver"),
            key="B",
            name="",
        ),
    ),
    "borders, signals and undoing": file_of(
        process(
            START,
            task("a"),
            event("boundaryEvent", "cry", "signal", 'attachedToRef="a" cancelActivity="false"'),
            event("boundaryEvent", "undo", "compensate", 'attachedToRef="a"'),
            task("undone", more='isForCompensation="true"'),
            event("intermediateThrowEvent", "shout", "signal"),
            event("intermediateThrowEvent", "make good", "compensate"),
            event("endEvent", "stop", "error"),
            event("endEvent", "heard"),
            chain("go", "a", "shout", "make good", "stop"),
            flow("cry", "heard"),
        )
    ),
    "boxes of every kind": file_of(
        process(
            START,
            f'<transaction id="tx" name="Pay">{event("startEvent", "ts")}{task("pay")}'
            f"{event('endEvent', 'te', 'cancel')}{chain('ts', 'pay', 'te')}</transaction>",
            event("boundaryEvent", "tc", "cancel", 'attachedToRef="tx"'),
            f'<adHocSubProcess id="ah" name="Look">{task("one")}{task("two")}</adHocSubProcess>',
            f'<subProcess id="es" name="Complaint" triggeredByEvent="true">{event("startEvent", "cs", "message")}'
            f"{task('answer')}{chain('cs', 'answer')}</subProcess>",
            '<subProcess id="closed" name="Folded"/>',
            END,
            chain("go", "tx", "ah", "closed", "done"),
            flow("tc", "done"),
        )
    ),
    "repeated and jumping": file_of(
        process(
            START,
            task("again", inner="<standardLoopCharacteristics id='l'/>"),
            task("each", inner="<multiInstanceLoopCharacteristics id='m'/>"),
            event("intermediateThrowEvent", "to", "link"),
            event("intermediateCatchEvent", "from", "link"),
            END,
            chain("go", "again", "each", "to"),
            flow("from", "done"),
        )
    ),
    "gateways that others have": file_of(
        process(
            START,
            '<inclusiveGateway id="i" name="Which?"/><inclusiveGateway id="j"/>',
            task("a"),
            task("b"),
            '<complexGateway id="x"/>',
            task("c"),
            task("d"),
            '<eventBasedGateway id="e"/>',
            event("intermediateCatchEvent", "letter", "message"),
            event("intermediateCatchEvent", "rain", "conditional"),
            END,
            chain("go", "i", "a", "j", "x", "c", "e", "letter", "done"),
            flow("i", "b"),
            flow("b", "j"),
            flow("x", "d"),
            flow("d", "e"),
            flow("e", "rain"),
            flow("rain", "done"),
        )
    ),
}
