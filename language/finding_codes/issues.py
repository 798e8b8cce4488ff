"""Codes of findings about newsletter issues.  See :mod:`language.finding_codes.catalog`."""

ISSUES: dict[str, tuple[str, str]] = {
    "contract-issue": (
        "A newsletter is to go under a topic that rests on a contract, to which nobody agreed.",
        "topic: orders",
    ),
    "duplicate-issue": ("Two files hold issues of the same name.", "issue: winter_teas in two files"),
    "two-audiences": ("An issue says twice who gets it.", "to: tag is reader beside segment: sleepers"),
    "unknown-segment": ("No such segment is declared in doorstep.yaml.", "segment: sleeper"),
    "winner-by": (
        "A winner is found by something that says nothing, such as opens, most of which programs make.",
        "winner: {by: opens, …}",
    ),
    "winner-else": ("What goes without a winner is none of the mails that are tried.", "winner: {…, else: winter_c}"),
    "winner-unmeasured": (
        "A winner is found by clicks, and none are counted under the topic.",
        "winner: {by: human clicks, …} under a topic without measures: [clicks]",
    ),
    "winner-share": (
        "A share is kept for the winner without a word how it is found, or the other way round.",
        "mail: {one: 50%, winner: 50%}",
    ),
}
