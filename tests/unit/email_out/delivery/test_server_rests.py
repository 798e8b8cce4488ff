"""A lane whose server takes no connection rests, for longer each time, until a mail is answered."""

from email_out.delivery.server_rests import LONGEST_REST, ServerRests
from email_out.transports.base import Delivered, DeliveryResult, NoConnectionError, RetryLater, ServerAwayError

AWAY = NoConnectionError("no connection").as_result()


class Seconds:
    """A clock that stands."""

    now = 100.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now


def rest_after(clock: Seconds, rests: ServerRests, *results: DeliveryResult) -> float:
    """Return for how long the lane rests after these results."""
    for result in results:
        rests.note_result("mail-marketing", result)
    began = clock.now
    while rests.list_resting():
        clock.now += 0.5
    return clock.now - began


def test_a_lane_without_a_server_rests_for_longer_each_time() -> None:
    """Many tries at once make one rest; an answer ends the row, and nothing else of the house does."""
    clock = Seconds()
    rests = ServerRests(clock)
    assert [rest_after(clock, rests, AWAY, AWAY, AWAY) for _ in range(6)] == [1, 2, 4, 8, LONGEST_REST, LONGEST_REST]
    assert rest_after(clock, rests, RetryLater(reason="a break", failed=False)) == 0
    assert rest_after(clock, rests, AWAY) == LONGEST_REST
    assert rest_after(clock, rests, Delivered(), AWAY) == 1


def test_one_lost_connection_is_no_reason_to_rest() -> None:
    """A server that hangs up after so many mails takes the next one at once; and each lane rests by itself."""
    clock = Seconds()
    rests = ServerRests(clock)
    assert rest_after(clock, rests, ServerAwayError("the mail server closed the connection").as_result()) == 0
    rests.note_result("mail-transactional", AWAY)
    assert rests.list_resting() == {"mail-transactional"}
