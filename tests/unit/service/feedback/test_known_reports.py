"""Reports that a process remembers."""

from service.feedback.known_reports import KEPT, KnownReports


def test_what_was_taken_in_is_known_until_the_store_is_met_anew() -> None:
    """A store that comes back may lack its newest writes, so it is asked again."""
    known = KnownReports()
    known.remember_report("mia", "a", 1)
    assert known.is_known("mia", "a", 1)
    assert not known.is_known("lena", "a", 1)
    assert not known.is_known("mia", "a", 2)
    assert not known.is_known("mia", "b", 1)
    known.remember_report("mia", "b", 2)
    assert not known.is_known("mia", "a", 2)


def test_only_the_newest_are_remembered() -> None:
    """The memory of a process is bounded."""
    known = KnownReports()
    for number in range(KEPT + 1):
        known.remember_report("mia", str(number), 0)
    assert not known.is_known("mia", "0", 0)
    assert known.is_known("mia", "1", 0)
