"""The proof of consent agrees with an exhaustive walk on any flow."""

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from flows.checks.graph import build_graphs
from flows.checks.run import check_flows
from flows.language.model import END
from flows.language.read_files import read_flow_files
from flows.load import compile_flows
from service.workspace.edition import flow_files, shipped_files
from tests.support.flow_person import shipped_config

TOPIC = "friday_leaf"
NAMES = [f"s{number}" for number in range(6)]
TARGETS = [*NAMES, END]
STEPS = {
    "consent": f"{{consent: {TOPIC}, agree: Yes, decline: No, go: A, else: B}}",
    "confirm": f"{{say: Code?, confirm: {TOPIC}, go: A, else: B}}",
    "email": "{say: Address?, ask: email, go: A, else: B}",
    "say": "{say: Well., go: A}",
    "tag": "{if: tag is reader, go: A, else: B}",
    "known": f"{{if: consent {TOPIC} is agreed, go: A, else: B}}",
    "relay": f"{{say: Soon., relay: {{mail: welcome, topic: {TOPIC}}}, go: A}}",
}
"""By kind, a step as written in YAML; A stands for the way on, B for the way out."""

flow_steps = st.lists(
    st.tuples(st.sampled_from(sorted(STEPS)), st.sampled_from(TARGETS), st.sampled_from(TARGETS)),
    min_size=len(NAMES), max_size=len(NAMES),
)  # fmt: skip


def write_flow(steps: list[tuple[str, str, str]]) -> str:
    """Return a flow of these steps."""
    lines = [
        f"  {name}: {STEPS[kind].replace('A,', f'{go},').replace('A}', f'{go}}}').replace('B}', f'{out}}}')}"
        for name, (kind, go, out) in zip(NAMES, steps, strict=True)
    ]
    return "\n".join(["flow: tried", "start: {words: [tried]}", "steps:", *lines, ""])


def walk_every_path(steps: list[tuple[str, str, str]]) -> set[str]:
    """Return the steps that some walk reaches without a consent, by walking every path."""
    by_name: Mapping[str, tuple[str, str, str]] = dict(zip(NAMES, steps, strict=True))
    counterexamples: set[str] = set()
    seen: set[tuple[str, bool]] = set()
    waiting = [(NAMES[0], False)]
    while waiting:
        name, agreed = waiting.pop()
        if name == END or (name, agreed) in seen:
            continue
        seen.add((name, agreed))
        kind, go, way_out = by_name[name]
        if kind in ("confirm", "relay") and not agreed:
            counterexamples.add(name)
            agreed = True  # the proof reports the first step only
        on = agreed or kind in ("consent", "known")
        waiting.append((go, on))
        if kind not in ("say", "relay"):
            waiting.append((way_out, agreed and kind != "consent"))
    return counterexamples


@settings(deadline=None, max_examples=150)
@given(flow_steps)
def test_the_proof_finds_what_walking_finds(steps: list[tuple[str, str, str]]) -> None:
    """A step is reported if and only if some path reaches it without an accepted consent."""
    flows, found = read_flow_files({"flows/tried.yaml": write_flow(steps)})
    assert found == []
    findings = [one for one in check_flows(flows, shipped_config()) if one.code == "no-consent"]
    assert {NAMES[one.line - 4] for one in findings} == walk_every_path(steps)
    for one in findings:
        path = one.message.split(": ")[0].split(" -> ")
        assert path[0] == NAMES[0]
        assert path[-1] == NAMES[one.line - 4]


def test_the_shipped_flows_are_proved_and_would_not_be_without_their_consents() -> None:
    """Each confirmation of the shipped flows needs its consent step: without it, the path is reported."""
    files = flow_files(shipped_files())
    newsletter = files["flows/newsletter.yaml"]
    start, rest = newsletter.split("    consent: friday_leaf", 1)
    broken = start + "    ask: text\n" + rest.split("decline: Not now\n", 1)[1]
    flows, _ = read_flow_files(files | {"flows/newsletter.yaml": broken})
    findings = [one for one in check_flows(flows, shipped_config()) if one.code == "no-consent"]
    assert [one.message for one in findings if one.file == "flows/newsletter.yaml"] == [
        "hello -> address: “friday_leaf” is confirmed without having been agreed to."
    ]


def test_the_checks_see_the_ways_that_the_machine_has() -> None:
    """Every edge of the shipped flows is a transition of the compiled machine, so the proof is about what runs."""
    files, config = flow_files(shipped_files()), shipped_config()
    flows, _ = read_flow_files(files)
    book, _ = compile_flows(files, config)
    seen = 0
    for name, graph in build_graphs(flows).items():
        machine = book.flows[name].machine
        has = {
            (one.source, one.dest) for event in machine.events.values()
            for many in event.transitions.values() for one in many
        }  # fmt: skip
        ways = {(way.step, way.target) for many in graph.edges.values() for way in many}
        deleting = {(step, END) for step, text in graph.steps.items() if text.my_data == "delete"}
        assert ways - deleting <= has
        seen += len(ways)
    assert seen > 100
