"""What was made quick says the same as what it stands for."""

from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from flows.answers.addresses.read_addresses import find_email
from flows.compiled.catalog import Cursor
from flows.language.matching import find_near_match, index_slips
from language.text_template import compile_text
from service.workspace.edition import load_edition

DOMAINS = (
    "example.com", "a.example", "EXAMPLE.com", "xn--bcher-kva.example", "-a.com", "a..com", "localhost", "a.b-", "1.2",
)  # fmt: skip
NAMES = ("first_name", "cups", "city")
values = st.dictionaries(st.sampled_from(NAMES), st.text(max_size=5) | st.integers() | st.booleans() | st.none())
constants = st.text(alphabet="Hi {}%#\n“é'&<", max_size=8).filter(
    lambda text: not any(sign in text for sign in ("{{", "{%", "{#", "}}", "%}", "#}"))
)


@given(st.lists(st.tuples(constants, st.sampled_from(NAMES)), min_size=1, max_size=4), values)
def test_joined_pieces_are_what_the_template_gives(parts: list[tuple[str, str]], known: dict[str, object]) -> None:
    """A text of variables alone is joined from its pieces to what Jinja makes of it."""
    source = "".join(f"{constant} {{{{ {name} }}}}" for constant, name in parts)
    text = compile_text(source)

    said = text.render(known)

    assert text.pieces
    if text.variables <= known.keys():
        assert said == compile_text(source + "{% if true %}{% endif %}").render(known)
    else:
        assert said == " ".join(source.split("{{", 1)[0].split())


def test_a_text_with_a_filter_keeps_its_template() -> None:
    """Whatever is more than a variable is left to Jinja."""
    assert compile_text("Hi {{ first_name|upper }}").pieces == ()


@given(
    st.text(alphabet="amz09._+-AÄ", min_size=1, max_size=70),
    st.sampled_from(DOMAINS),
)
@example("postmaster", "example.com")
@example("mia", "local")
def test_a_plain_address_is_what_the_validator_makes_of_it(local: str, domain: str) -> None:
    """The quick way for plain addresses gives what judging the whole address gives, or it is asked about."""
    address = f"{local}@{domain}"
    try:
        judged = validate_email(address.strip(".-_+"), check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        judged = ""

    found = find_email(address.strip(".-_+"))

    assert found in (judged, "")


def test_a_remembered_way_is_where_the_machine_leads() -> None:
    """Every way of the shipped flows is the one that the machine goes, the second time too."""
    edition, _ = load_edition(None)
    for flow in edition.rules.flows.flows.values():
        for trigger, event in flow.machine.events.items():
            for step in event.transitions:
                cursor = Cursor(step)
                event.trigger(cursor)
                assert (flow.next_step(step, trigger), flow.next_step(step, trigger)) == (cursor.state, cursor.state)


words = st.lists(st.text(alphabet="stopback ", min_size=1, max_size=8), max_size=12, unique=True)


@given(st.text(alphabet="stopback ", max_size=8), words, st.integers(0, 2))
def test_the_nearest_word_is_the_only_one_at_its_distance(typed: str, known: list[str], most: int) -> None:
    """A slip is understood if exactly one known word is nearest, and near enough."""
    limit = most or max(1, len(typed) // 4)
    distances = sorted((OSA.distance(typed, one), one) for one in known)
    fitting = [(distance, one) for distance, one in distances if distance <= limit]
    alone = fitting and (len(fitting) == 1 or fitting[0][0] < fitting[1][0])

    assert find_near_match(typed, known, most_slips=most) == (fitting[0][1] if alone and len(typed) > 3 else "")


@given(st.text(alphabet="stopback ", max_size=8), words)
def test_words_of_about_the_same_length_are_enough(typed: str, known: list[str]) -> None:
    """One slip is understood the same, whether it is looked for among all words or those of a fitting length."""
    assert find_near_match(typed, index_slips(known).get(len(typed), ()), most_slips=1) == find_near_match(
        typed, known, most_slips=1
    )
