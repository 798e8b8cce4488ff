"""Checks an issue beyond its shape: undeclared names, shares, and what decides its winner.  Pure.

Templates are checked where the mails are known (``service.workspace.checks.cross_references``).
"""

from collections.abc import Iterator

from domain.workspace_config import WorkspaceConfig
from language.findings import Finding, suggest_declaration, suggest_name
from language.yaml_source import YamlSource
from onboarding.issues.model import WINNER, IssueModel
from onboarding.language.build_acts import is_share, read_share
from onboarding.language.check_acts import WHOLE_PERCENT

CLICKS, GOAL = "human clicks", "goal "
FEWEST_TRIED = 2
"""Mails among which one can win."""


def check_issue(source: YamlSource, model: IssueModel, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield what is wrong with an issue."""
    if model.topic not in config.topics:
        message = f"“{model.topic}” is no topic of doorstep.yaml."
        yield source.finding_at(
            ("topic",), "unknown-topic", message, suggest_declaration("topic", model.topic, config.topics)
        )
    elif model.topic in config.contract_topics:
        message = f"“{model.topic}” rests on a contract, and nobody agreed to a newsletter by it."
        hint = f"Send it under a topic that people agree to: {', '.join(config.consent_topics)}."
        yield source.finding_at(("topic",), "contract-issue", message, hint)
    if model.to and model.segment:
        message = "An issue has “to” or “segment”, not both."
        hint = f"Write “to: in {model.segment} and …”."
        yield source.finding_at(("segment",), "two-audiences", message, hint, key=True)
    elif model.segment and model.segment not in config.segments:
        message = f"“{model.segment}” is no segment of doorstep.yaml."
        hint = suggest_name(model.segment, config.segments) or "Declare it in doorstep.yaml under segments."
        yield source.finding_at(("segment",), "unknown-segment", message, hint)
    if model.goal and model.goal.event not in config.events:
        message = f"“{model.goal.event}” is no event of doorstep.yaml."
        hint = suggest_declaration("event", model.goal.event, config.events)
        yield source.finding_at(("goal", "event"), "unknown-event", message, hint)
    yield from _check_shares(source, model)
    yield from _check_winner(source, model)
    yield from _check_counting(source, model, config)


def _check_shares(source: YamlSource, model: IssueModel) -> Iterator[Finding]:
    if isinstance(model.mail, str):
        return
    unclear = [name for name, share in model.mail.items() if not is_share(share)]
    for name in unclear:
        message = f"“{model.mail[name][:40]}” is no share."
        yield source.finding_at(("mail", name), "split-not-100", message, "Write it like 50%.")
    # Shares are whole percents, so the sum is exact.
    total = sum(read_share(share) for share in model.mail.values())
    if not unclear and total != WHOLE_PERCENT:
        message = f"The shares of the readers add up to {total}%."
        yield source.finding_at(("mail",), "split-not-100", message, "Together they must be 100%.")
    for name, share in model.mail.items():
        if is_share(share) and not read_share(share):
            message = f"Nobody gets “{name}”: its share is 0%."
            yield source.finding_at(("mail", name), "no-share", message, "Give it a share, or take it out.", key=True)


def _check_winner(source: YamlSource, model: IssueModel) -> Iterator[Finding]:
    mails = model.mail if isinstance(model.mail, dict) else {model.mail: ""}
    tried = [name for name in mails if name != WINNER]
    if WINNER in mails and model.winner is None:
        message = "A share goes to the winner, and nothing says how it is found."
        hint = f"Write “winner: {{by: human clicks, after: 4 hours, else: {tried[0] if tried else 'MAIL'}}}”."
        yield source.finding_at(("mail",), "winner-share", message, hint, key=True)
    if model.winner is None:  # nothing that follows is about anything
        return
    if WINNER not in mails or len(tried) < FEWEST_TRIED:
        message = "A winner needs two mails that are tried, and a share of the readers for whom it is kept."
        hint = "Write such as “mail: {one: 10%, other: 10%, winner: 80%}”."
        yield source.finding_at(("winner",), "winner-share", message, hint, key=True)
    if model.winner.otherwise not in tried:
        message = f"“{model.winner.otherwise}” is none of the mails that are tried."
        yield source.finding_at(("winner", "else"), "winner-else", message, suggest_name(model.winner.otherwise, tried))
    yield from _check_measure(source, model, model.winner.by)


def _check_counting(source: YamlSource, model: IssueModel, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield a warning for a winner by clicks that nobody counts."""
    topic = config.topics.get(model.topic)
    if model.winner is None or model.winner.by != CLICKS or WINNER not in model.mail:
        return
    if topic is None or "clicks" in topic.measures:
        return
    message = f"Clicks are not counted under “{model.topic}”, so it will always be too early for a winner."
    hint = f"Let a new wording announce it, with “measures: [clicks]”, or write “by: {GOAL}EVENT”."
    yield source.finding_at(("winner", "by"), "winner-unmeasured", message, hint, severity="warning")


def _check_measure(source: YamlSource, model: IssueModel, by: str) -> Iterator[Finding]:
    if by == CLICKS or (model.goal and by == f"{GOAL}{model.goal.event}"):
        return
    path = ("winner", "by")
    goal = f"“{GOAL}{model.goal.event}”" if model.goal else "“goal EVENT” with a “goal” beside it"
    if "open" in by:
        message = "No winner goes by opens: programs open most mails before any person does."
        yield source.finding_at(path, "winner-by", message, f"Write “{CLICKS}”, or {goal}.")
    else:
        message = f"“{by[:40]}” says nothing that a winner is found by."
        yield source.finding_at(path, "winner-by", message, f"Write “{CLICKS}”, or {goal}.")
