"""The errors that the Graph API stand-in can answer with, by name.  Source: “Error codes” of the Messenger Platform."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """An error as the Graph API writes it."""

    status: int = 400
    code: int
    subcode: int = 0
    message: str
    delivered: bool = False
    """True if the message arrives in spite of the error."""
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_json(self, trace: str) -> dict[str, object]:
        """Return the JSON."""
        error: dict[str, object] = {
            "message": f"(#{self.code}) {self.message}",
            "type": "OAuthException",
            "code": self.code,
            "fbtrace_id": trace,
        }
        if self.subcode:
            error["error_subcode"] = self.subcode
        return {"error": error}


def bad_parameter(message: str) -> Failure:
    """Return the refusal of a parameter."""
    return Failure(code=100, message=message)


def usage_header(percent: int, minutes: int) -> Mapping[str, str]:
    """Return the header that reports the usage in percent, and the minutes for which calls are refused."""
    use = {"type": "messenger", "call_count": percent, "estimated_time_to_regain_access": minutes}
    # By the id of the business, whose value is not read (“Rate limits”, Business Use Case).
    return {"X-Business-Use-Case-Usage": json.dumps({"1": [use]})}


_USAGE = usage_header(100, 2)

FAILURES = {
    "unknown_error": Failure(status=500, code=1, message="An unknown error occurred"),
    "unknown_error_99": Failure(status=500, code=1, subcode=99, message="An unknown error occurred"),
    # Seen to arrive all the same, so a second attempt would double it (public trackers).
    "sent_despite_error": Failure(status=500, code=1, subcode=1357046, message="Unknown error", delivered=True),
    "service_unavailable": Failure(status=503, code=2, message="Service temporarily unavailable"),
    "send_failed": Failure(code=1200, message="Temporary send message failure"),
    "app_rate": Failure(code=4, message="Application request limit reached", headers=_USAGE),
    "send_rate": Failure(code=4, subcode=2018022, message="Too many send requests"),
    "user_rate": Failure(code=17, message="User request limit reached"),
    "page_rate": Failure(code=32, message="Page request limit reached"),
    "call_rate": Failure(code=613, message="Calls to this API have exceeded the rate limit"),
    "business_rate": Failure(code=80006, message="There have been too many calls", headers=_USAGE),
    "no_permission": Failure(status=403, code=10, message="Application does not have permission for this action"),
    "outside_window": Failure(status=403, code=10, subcode=2018278, message="Outside of the allowed window"),
    "outside_window_old": Failure(status=403, code=10, subcode=2018065, message="Outside of the allowed window"),
    "cannot_receive": Failure(status=403, code=10, subcode=2018108, message="This person cannot receive messages"),
    "page_restricted": Failure(status=403, code=10, subcode=1893063, message="Page is temporarily restricted"),
    "thread_passed": Failure(status=403, code=10, subcode=2018300, message="Another app is controlling this thread"),
    "unavailable": Failure(status=403, code=551, message="This person isn't available right now"),
    "blocked": Failure(status=403, code=551, subcode=1545041, message="This person isn't available right now"),
    "bad_parameter": Failure(code=100, message="Invalid parameter"),
    "no_such_person": Failure(code=100, subcode=2018001, message="No matching user found"),
    "not_addressable": Failure(code=100, subcode=33, message="Object does not exist"),
    "token": Failure(status=401, code=190, message="Invalid OAuth access token"),
    "permission": Failure(status=403, code=200, message="Permissions error"),
    "not_reviewed": Failure(status=403, code=200, subcode=2018028, message="Cannot message users who are no testers"),
    "no_pages_messaging": Failure(status=403, code=230, message="Requires pages_messaging permission"),
    "answered_before": Failure(code=10900, message="Activity already replied to", delivered=True),
    "abuse": Failure(status=403, code=368, message="The action attempted has been deemed abusive"),
}
"""By name: one for each row of the error table in ``bot/graph_api/errors.py``."""

NO_ATTACHMENT = Failure(code=100, subcode=2018074, message="Invalid attachment ID")
NO_PROFILE = Failure(code=100, subcode=2018218, message="No profile available for this user")
