"""What stands in the ref of a link."""

from hypothesis import given
from hypothesis import strategies as st

from domain import referral_codes


def test_a_link_carries_its_source_behind_an_equals_sign() -> None:
    """Both are read back, whatever their case."""
    assert referral_codes.write_ref("spring", "poster") == "spring=poster"
    assert referral_codes.write_ref("spring", "") == "spring"
    assert referral_codes.read_ref("Spring=Poster") == ("spring", "poster")
    assert referral_codes.read_ref("spring") == ("spring", "")


@given(st.text(max_size=300))
def test_whatever_stands_in_a_ref_is_read_and_cut(ref: str) -> None:
    """A stranger's ref gives a source of plain letters, and not too many."""
    _, source = referral_codes.read_ref(ref)
    assert len(source) <= referral_codes.LONGEST_SOURCE
    assert not referral_codes.FORBIDDEN.search(source)
