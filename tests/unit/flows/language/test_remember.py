"""What is remembered of texts, and what is not."""

from hypothesis import given
from hypothesis import strategies as st

from flows.language.remember import LONGEST_REMEMBERED, remember_short_texts


def test_a_short_text_is_read_once() -> None:
    """Other arguments make another reading."""
    read: list[str] = []

    @remember_short_texts
    def count_words(text: str, more: int) -> int:
        read.append(text)
        return len(text.split()) + more

    assert [count_words("yes please", 1), count_words("yes please", 1), count_words("yes please", 2)] == [3, 3, 4]
    assert read == ["yes please", "yes please"]


@given(st.sampled_from(["mia@example.com", "123456", "my number is 5", "y" * (LONGEST_REMEMBERED + 1)]))
def test_what_may_be_personal_or_is_long_is_read_anew(text: str) -> None:
    """Addresses, codes and numbers do not stay in memory."""
    read: list[str] = []

    @remember_short_texts
    def measure(text: str) -> int:
        read.append(text)
        return len(text)

    assert [measure(text), measure(text)] == [len(text), len(text)]
    assert read == [text, text]
