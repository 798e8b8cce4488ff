"""Hostile input is refused in bounded time and memory, and a large workspace is checked quickly."""

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from email_out.templates.compile import compile_mails
from flows.checks.labels import MOST_QUICK_REPLIES as SHOWN
from flows.load import compile_flows
from language.text_template import TextError, compile_text
from language.yaml_reader import MOST_FINDINGS, read_yaml
from service.workspace.edition import shipped_files
from tests.support.flow_person import shipped_config
from tests.support.patience import PATIENCE_SECONDS

BOMBS = {
    "ten megabytes": ("'a: b\\n' * 2_500_000", "too-large"),
    "aliases that unfold": ("'a: &a [x]\\n' + 'b: [*a, *a]\\n' * 60_000", "reference"),
    "brackets": ("'[' * 900_000", "too-deep"),
    "one long list": ("'flow: x\\nsteps: [' + 'x,' * 400_000 + ']'", "wrong-kind"),
    "one key again and again": ("'a: 1\\n' * 180_000", "more-mistakes"),
    "unknown keys": ("'flow: x\\n' + ''.join(f'k{n}: 1\\n' for n in range(90_000))", "more-mistakes"),
    "unknown steps' keys": ("'flow: x\\nsteps:\\n' + ''.join(f'  s{n}: {{sya: 1}}\\n' for n in range(40_000))",
                            "more-mistakes"),
    "a line of spaces": ("'a: &x' + ' ' * 900_000 + 'b'", "reference"),
    "a line of braces": ("'a: {b: x' + '{' * 900_000", "open-brace"),
    "lines of braces": ("'a: {b: x\\n' + '{{ a\\n' * 180_000", "open-brace"),
    "an open quote": ("'a: \"' + 'x\\n' * 450_000", "open-quote"),
    "quotes": ("'a: [' + '\"x\" y, ' * 120_000", "open-bracket"),
    "hashes": ("'a: ' + ' #' * 450_000 + '\\n' + 'b: x #y\\n' * 10_000", "cut-text"),
    "tabs": ("'\\t' * 900_000 + 'a: 1'", "tab"),
}  # fmt: skip
"""By name, an expression for the text, and the finding code that refuses it."""

READ = """\
import resource
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
from flows.language.model import FlowText
from language.yaml_reader import read_yaml, validate_model
source = read_yaml({text}, "f.yaml")
print(*[found.code for found in (*source.findings, *validate_model(source, FlowText)[1])])
"""


@pytest.mark.parametrize("name", list(BOMBS))
def test_a_bomb_is_refused_in_bounded_time_and_memory(name: str) -> None:
    """Within a gigabyte of address space and a few seconds, with a reason."""
    text, code = BOMBS[name]
    result = subprocess.run(
        [sys.executable, "-c", READ.format(text=text)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=True,
    )
    codes = result.stdout.split()
    assert code in codes
    assert len(codes) <= 2 * MOST_FINDINGS + 2


@pytest.mark.parametrize(
    "text",
    [
        "{% if hi %}" * 340 + "x" + "{% endif %}" * 340, "{% if hi %}" * 120 + "x" + "{% endif %}" * 120,
        "{{ " + "(" * 3500 + "hi" + ")" * 3500 + " }}", "{{ " + "not " * 1900 + "hi }}",
        "{{ hi" + "|upper" * 1300 + " }}",
        "{{ " + "hi if hi else " * 550 + "hi }}", "{{ " + "9" * 7900 + " }}", "{{ " + "[" * 3500 + " }}",
        "{{ range(10 ** 9) | list }}", "{{ 'a' * 999999999 }}", "{{ 9 ** 9 ** 9 }}", "{{ hi.__class__ }}",
        "{{ hi | attr('__class__') }}", "{{ hi['__class__'] }}", "{{ hi.__init__.__globals__ }}",
        "{{ lipsum(n=99999) }}",
        "{{ hi | center(999999999) }}", "{{ '%999999999d' | format(1) }}", "{% for a in hi %}{{ a }}{% endfor %}",
        "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}", "{% set a = hi %}{{ a }}", "{% include 'x' %}",
        "{% import 'os' as o %}", "{% extends 'x' %}", "{{ hi ~ hi }}", "{{ namespace(a=1) }}", "{{ cycler(1) }}",
    ],
)  # fmt: skip
def test_a_template_that_is_too_much_is_refused(text: str) -> None:
    """No loop, no call, no attribute, no arithmetic, and nothing nested without end."""
    with pytest.raises(TextError):
        compile_text(text)


def write_steps(count: int) -> Iterator[str]:
    """Yield questions, each with two choices, a variable, and a way out."""
    for at in range(count):
        onward = f"s{at + 1}" if at + 1 < count else "end"
        yield (
            f'  s{at}:\n    say: "{{{{ hi }}}}, question {at}?"\n    choices:\n      Strong {at}: {onward}\n'
            f"      Light {at}: {{say: Light it is., go: {onward}}}\n    again: Tap one.\n    else: end\n"
        )


@pytest.mark.parametrize(("flows", "each"), [(20, 100), (1, 2000)])
def test_two_thousand_steps_are_compiled_and_checked_quickly(flows: int, each: int) -> None:
    """The bound is generous, because a busy machine takes several times as long (bench/ has the figure)."""
    head = "flow: f{}\nlanguage: en\nstart: {{words: [begin {}]}}\nsteps:\n"
    files = {f"flows/f{at}.yaml": head.format(at, at) + "".join(write_steps(each)) for at in range(flows)}
    config = shipped_config().model_copy(update={"languages": ["en"]})
    began = time.perf_counter()
    book, found = compile_flows(files, config)
    assert time.perf_counter() - began < 20
    assert {one.code for one in found} == {"silent-end"}
    assert sum(len(one.steps) for one in book.flows.values()) == 2000


def test_a_name_of_a_million_letters_is_not_repeated() -> None:
    """A finding is short, whatever the file has."""
    text = f"flow: x\nstart: {{words: [x]}}\nsteps: {{a: {{go: {'y' * 900_000}}}}}"
    _, found = compile_flows({"flows/x.yaml": text}, shipped_config())
    assert max(len(str(one)) for one in found) < 1000
    assert read_yaml(text, "f.yaml").findings == ()


def test_the_limits_are_those_that_are_sent_by() -> None:
    """The check and the conversation have the same limit of quick replies."""
    from flows.conversation import speech  # noqa: PLC0415  only this test looks at the engine

    assert speech.MOST_QUICK_REPLIES == SHOWN


@pytest.mark.parametrize(
    "put",
    [
        "{% if hi %}" * 340 + "x" + "{% endif %}" * 340, "{{ " + "(" * 3500 + "hi" + ")" * 3500 + " }}",
        "{{ hi" + "|upper" * 1300 + " }}", "{{ " + "9" * 7900 + " }}", "<b>" * 20_000,
    ],
    ids=["ifs", "brackets", "filters", "a number", "tags"],
)  # fmt: skip
def test_a_mail_that_is_too_much_is_refused(put: str) -> None:
    """A mail that is too deep gives a finding and no exception."""
    config = shipped_config()
    mail = "emails/welcome.mjml"
    files = {name: text for name, text in shipped_files().items() if name in ("emails/_layout.mjml", mail)}
    files[mail] = files[mail].replace("{{ hi }},", f"{put},", 1)
    _, found = compile_mails(files, config)
    assert "too-deep" in {one.code for one in found}


def test_a_chain_of_a_thousand_calls_is_refused_and_not_followed_by_recursion() -> None:
    """The flow at which the calls become too deep is reported, and nothing overflows."""
    last = "flow: f999\nlanguage: en\nsteps:\n  a: {say: Well., relay: {mail: welcome, topic: friday_leaf}}\n"
    files = {
        f"flows/f{at}.yaml": f"flow: f{at}\nlanguage: en\nsteps:\n  a: {{call: f{at + 1}}}\n" for at in range(999)
    } | {"flows/f999.yaml": last}  # fmt: skip
    config = shipped_config().model_copy(update={"languages": ["en"]})
    _, found = compile_flows(files, config)
    assert {one.code for one in found} == {"deep-calls", "no-consent", "no-start"}
