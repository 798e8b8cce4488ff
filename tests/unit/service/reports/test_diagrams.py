"""Pictures of flows: what stands in them, where, and what they count."""

import re
import sys
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from typer.testing import CliRunner

from domain.ports import Commit
from domain.record import Conversation, encode
from flows.compiled.catalog import Flow
from flows.compiled.transitions import list_transitions
from flows.conversation import counters as counts
from service.cli.main import cli
from service.reports.diagrams.layout import PictureError, lay_out_picture, measure_box
from service.reports.diagrams.live_counts import export_numbers, last_days, read_flow_numbers, sum_counters
from service.reports.diagrams.mermaid import render_mermaid
from service.reports.diagrams.picture import FlowNumbers, Picture, build_picture, shorten_text
from service.reports.diagrams.png import render_png
from service.reports.diagrams.svg import DARK, LIGHT, render_svg
from tests.support.memory_store.store import MemoryStore
from tests.support.people import NOON, new_subscriber
from tests.support.sample_workspace import tearoom_edition, workspace_files

SVG = "{http://www.w3.org/2000/svg}"


def parsed(text: str) -> ET.Element:
    """A picture of ours, read again."""
    return ET.fromstring(text)  # noqa: S314  what is parsed was written by us


def flow(name: str) -> Flow:
    """A flow of the small workspace."""
    return tearoom_edition().rules.flows.flows[name]


def drawn(name: str, fares: FlowNumbers | None = None) -> Picture:
    """Its picture in English."""
    return build_picture(tearoom_edition().rules.flows, flow(name), "en", fares)


def test_every_way_is_named() -> None:
    """Choices by their labels, the way out, timeouts, parts of a split, buttons, conditions, codes."""
    assert [(one.step, one.target, one.label) for one in list_transitions(flow("mood"), "en")] == [
        ("ask", "calm", "Calm"), ("ask", "awake", "Awake"), ("ask", "late", "else"), ("ask", "late", "after 2 hours"),
        ("calm", "gift", "yes"), ("calm", "pick", "no"), ("awake", "pick", "50%"), ("awake", "gift", "50%"),
        ("gift", "given", "a code"), ("gift", "late", "none left"), ("given", "end", ""), ("pick", "late", "Go on"),
        ("late", "end", ""),
    ]  # fmt: skip


def test_mermaid_has_every_box_and_arrow() -> None:
    """One node a step with its question, one arrow a pair of steps with all its labels."""
    text = render_mermaid(drawn("letter"))
    assert text.startswith("flowchart TD\n")
    assert '  s_hello["<b>hello</b><br/>asks consent: letter<br/>“Shall the letter come?”"]:::ask\n' in text
    assert '  s_code -->|"Change address"| s_address\n' in text
    assert '  s_hello -.->|"declines"| s_bye\n' in text
    assert "  START --> s_hello\n" in text
    assert "{{" not in re.sub(r"classDef.*", "", text)  # a variable would open a hexagon


def test_svg_shows_the_whole_flow() -> None:
    """Well-formed, with every step and label as text, each box inside the picture and none upon another."""
    one = drawn("mood")
    placed = lay_out_picture(one)
    root = parsed(render_svg(one, placed))
    texts = {"".join(text.itertext()).strip() for text in root.iter(f"{SVG}text")}
    assert {box.name for box in one.boxes} <= texts
    assert {label for arrow in one.arrows for label in arrow.labels} <= texts
    for at, box in enumerate(placed.boxes):
        assert box.x - box.width / 2 > -1
        assert box.x + box.width / 2 <= placed.width + 1
        for other in placed.boxes[at + 1 :]:
            apart_x = abs(box.x - other.x) - (box.width + other.width) / 2
            apart_y = abs(box.y - other.y) - (box.height + other.height) / 2
            assert max(apart_x, apart_y) > 0


def test_svg_keeps_what_is_written_apart_from_markup() -> None:
    """A name with brackets and quotes is text, never a tag."""
    one = drawn("letter")
    strange = Picture(title='<script>"x"&', boxes=one.boxes, arrows=one.arrows)
    root = parsed(render_svg(strange, lay_out_picture(strange)))
    assert not list(root.iter("script"))
    assert '<script>"x"&' in "".join(root.itertext())


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_texts_can_be_read(theme: dict[str, str]) -> None:
    """The contrast of every text on its ground is 4.5 or more (WCAG 2.2 AA)."""
    grounds = ["paper", "say", "ask", "time", "logic", "mail", "team"]
    pairs = [(ink, ground) for ink in ("ink", "soft") for ground in grounds]
    pairs += [("door-ink", "door"), ("paper", "badge")]
    assert [pair for pair in pairs if _contrast(theme[pair[0]], theme[pair[1]]) < 4.5] == []


def _contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    brighter, darker = sorted((light(one), light(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def test_png_is_one() -> None:
    """The picture in one theme becomes pixels."""
    one = drawn("letter")
    assert render_png(render_svg(one, lay_out_picture(one), "dark")).startswith(b"\x89PNG\r\n")


def test_without_graphviz_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to install."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(PictureError, match="pip install"):
        lay_out_picture(drawn("letter"))


def test_a_box_holds_its_text() -> None:
    """The longest line fits between the edges."""
    for box in drawn("letter").boxes:
        assert measure_box(box)[0] > max(len(line) for line in (box.name, *box.lines)) * 5


def test_numbers_stand_at_steps_and_ways() -> None:
    """Arrivals by source, answers by way, and people standing there."""
    counted = {
        counts.counter_name("letter", "hello", "", "direct"): 7,
        counts.counter_name("letter", "hello", "", "link spring"): 5,
        counts.counter_name("letter", "hello", "else", "direct"): 2,
        counts.counter_name("mood", "ask", "", "direct"): 9,
        "started:weeks": 4,
    }
    one = drawn("letter", sum_counters(flow("letter"), counted, {"address": 3}, 30))
    boxes = {box.name: box for box in one.boxes}
    assert boxes["hello"].lines[-1] == "12 arrived (direct 7, link spring 5)"
    assert boxes["address"].standing == 3
    assert next(arrow.labels for arrow in one.arrows if arrow.target == "bye") == ("declines · 2×",)
    assert "last 30 days" in render_svg(one, lay_out_picture(one))
    assert "● 3 now" in render_mermaid(one)


@pytest.mark.parametrize(
    ("entry", "source"),
    [
        (("", "", ""), "direct"),
        (("spring", "SHORTLINK", ""), "link spring"),
        (("Spring=poster", "SHORTLINK", ""), "link spring"),
        (("whatever-a-stranger-writes", "SHORTLINK", ""), "direct"),
        (("spring", "ADS", "77"), "ad 77"),
        (("9", "COMMENT", ""), "comment"),
    ],
)
def test_sources_are_few(entry: tuple[str, str, str], source: str) -> None:
    """Only links that a flow declares count by name: a stranger cannot make counters."""
    assert counts.entry_source(replace(new_subscriber(), entry=entry), {"spring"}) == source


@given(st.from_regex(r"[a-z_]{1,9}", fullmatch=True), st.sampled_from(["", "else", "choice 3"]), st.text(max_size=20))
def test_a_counter_is_read_as_it_was_named(name: str, trigger: str, source: str) -> None:
    """Name and read are each other's inverse."""
    read = counts.parse_counter(counts.counter_name(name, name, trigger, source))
    assert read == counts.FlowCounter(flow=name, step=name, trigger=trigger, source=source)


@given(st.text(max_size=80), st.integers(2, 40))
def test_shortened_texts_are_short(text: str, most: int) -> None:
    """Never longer than asked for, and whole where it fits."""
    short = shorten_text(text, most)
    assert len(short) <= most
    assert short == text or (len(text) > most and short.endswith("…"))


def test_days_end_today() -> None:
    """Counters are named by day; the last is today's."""
    assert last_days(3, date(2026, 12, 1)) == ["2026-11-29", "2026-11-30", "2026-12-01"]


def test_the_command_writes_every_format(tmp_path: Path) -> None:
    """The format follows the file's name; without a file it is printed."""
    for name, text in workspace_files().items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    for name, start in (("a.svg", b"<svg"), ("a.png", b"\x89PNG"), ("a.mmd", b"flowchart")):
        told = CliRunner().invoke(cli, ["diagram", "letter", "--workspace", str(tmp_path), "-o", str(tmp_path / name)])
        assert told.exit_code == 0, told.output
        assert (tmp_path / name).read_bytes().startswith(start)
    told = CliRunner().invoke(cli, ["diagram", "letter", "--workspace", str(tmp_path)])
    assert told.stdout.startswith("flowchart TD")


def test_each_arrow_joins_its_own_boxes() -> None:
    """Wherever the layout puts it, an arrow begins at the edge of one of its boxes and its tip touches the other."""
    for name in ("letter", "mood"):
        placed = lay_out_picture(drawn(name))
        boxes = {one.box.name: one for one in placed.boxes}
        assert len(placed.arrows) == len(drawn(name).arrows)
        for one in placed.arrows:
            for box, (x, y) in ((boxes[one.arrow.source], one.points[0]), (boxes[one.arrow.target], one.tip)):
                assert abs(x - box.x) <= box.width / 2 + 2
                assert abs(y - box.y) <= box.height / 2 + 2


async def test_live_numbers_come_from_the_store() -> None:
    """Counters of the days asked for, and one scan for who stands where; other days and flows stay out."""
    store = MemoryStore(2, server_ms=lambda: 0)
    letter = flow("letter")
    talk = Conversation(flow="letter", flow_hash=letter.hash, step="address", entered_at=NOON)
    record = replace(new_subscriber(), conversation=talk, version=1)
    for day, count in (("2026-11-22", 4), ("2026-11-23", 2), ("2026-10-01", 50)):
        counters = {
            counts.counter_name("letter", "hello", "", "direct"): count,
            counts.counter_name("mood", "ask", "", "direct"): 1,
        }
        version = (await store.load(record.id)).version
        written = encode(replace(record, version=version + 1))
        await store.commit(Commit(subscriber=record.id, version=version, record=written, counters=counters, day=day))
    fares = await read_flow_numbers(store, letter, last_days(2, date(2026, 11, 23)))
    told = export_numbers(letter, "en", fares)["steps"]
    assert told[0] == {
        "step": "hello", "standing": 0, "arrived": {"direct": 6},
        "ways": [{"to": "address", "label": "agrees", "taken": {}}, {"to": "bye", "label": "declines", "taken": {}}],
    }  # fmt: skip
    assert fares == FlowNumbers(days=2, standing={"address": 1}, arrived={"hello": {"direct": 6}})
