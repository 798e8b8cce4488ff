"""The quick way from a mail's HTML to its text says what the whole way says, or leaves it to that."""

import pytest

from email_out.templates.plain_text import complex_html_text, simple_html_text, tidy_text


@pytest.mark.parametrize(
    "inner",
    [
        "Put the kettle on.",
        "  two\n   lines, &amp; an&nbsp;entity &lt;b&gt;  ",
        '<b>{{ code }}</b> and <em>so</em> <span style="color: red">on</span>',
        "one<br>two<br/> three  <br />  four",
        'Not you? <a href="{{ not_me_url }}">This was not me.</a> Then <i>press</i>.',
        '<a href="https://example.com/?a=1&amp;b=2">Stop</a> · <a href="{{ u }}">Choose</a>{% if x %} · {% endif %}',
        "",
    ],
)
def test_a_line_reads_as_the_whole_way_reads_it(inner: str) -> None:
    """Emphasis, links, breaks and entities give the same text."""
    quick = simple_html_text(inner)
    assert quick is not None
    assert tidy_text(quick) == tidy_text(complex_html_text(inner))


@pytest.mark.parametrize(
    "inner",
    [
        "<p>one</p><p>two</p>",
        "<ul><li>one</li></ul>",
        "<table><tr><td>one</td></tr></table>",
        '<a href="x">open',
        '<a name="x">one</a>',
        "one < two",
        '<a href="x"><a href="y">one</a></a>',
        '<img alt="one" src="x">',
    ],
)
def test_more_than_a_line_is_left_to_the_whole_way(inner: str) -> None:
    """Whatever the quick way does not know, it does not judge."""
    assert simple_html_text(inner) is None
