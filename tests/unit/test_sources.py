"""What stands in the ref of a link."""

from hypothesis import given
from hypothesis import strategies as st

from subscribers import sources


def test_a_link_carries_its_source_behind_an_equals_sign() -> None:
    """Both are read back, whatever their case."""
    assert sources.written("spring", "poster") == "spring=poster"
    assert sources.written("spring", "") == "spring"
    assert sources.read("Spring=Poster") == ("spring", "poster")
    assert sources.read("spring") == ("spring", "")


@given(st.text(max_size=300))
def test_whatever_stands_in_a_ref_is_read_and_cut(ref: str) -> None:
    """A stranger's ref gives a source of plain letters, and not too many."""
    _, source = sources.read(ref)
    assert len(source) <= sources.MOST_SOURCE
    assert not sources.FORBIDDEN.search(source)
