"""The commands of ``doorstep``: where each one's code stands, and the sentence that the list of commands shows.

The sentences stand here, beside the commands' own docstrings, so that ``doorstep --help`` loads none of the modules:
together they import every library of the product, which takes a second.  A test holds both texts equal.
"""

from collections.abc import Mapping
from typing import NamedTuple


class CommandEntry(NamedTuple):
    """One command or group of commands."""

    location: str
    """``module:name``: the module in ``service.cli``, and the function or the ``typer.Typer`` in it."""
    help: str
    """First sentence of the command's own help."""


COMMANDS: Mapping[str, CommandEntry] = {
    "demo": CommandEntry(
        "demo:start_demo",
        "Run the demo: the service, a stand-in for Messenger, a mailbox, and the playground to look at it all.",
    ),
    "run": CommandEntry(
        "run:run_service", "Run the service until SIGTERM; a missing setting refuses to start, by name."
    ),
    "init": CommandEntry(
        "init:init_workspace", "Make a workspace of your own from the shipped one; asks for what is not given."
    ),
    "check": CommandEntry(
        "check:check_workspace", "Check a workspace: every finding with file, line, column, and the remedy."
    ),
    "schema": CommandEntry(
        "schema:write_schemas",
        "Write JSON Schemas of all workspace files, so that an editor completes and explains them.",
    ),
    "simulate": CommandEntry(
        "simulate:simulate_sequence", "Walk one person through a sequence: which mails go, when, and why."
    ),
    "sends": CommandEntry(
        "sends:list_sends", "List mails under way or unknown; marketing mail that is unknown is never sent again."
    ),
    "plan": CommandEntry(
        "plan:show_plan",
        "Compare a workspace with what is live: what differs, who stands there, and what will happen to them.",
    ),
    "apply": CommandEntry(
        "apply:apply_workspace", "Make a workspace live; refuses to strand anyone, and says what to add."
    ),
    "rollback": CommandEntry(
        "rollback:roll_back_edition",
        "Go back to the edition before; whoever stands in steps that it lacks finishes where they are.",
    ),
    "replay": CommandEntry(
        "replay:replay_conversations", "Show where answers would now go differently; nothing is sent or changed."
    ),
    "unanswered": CommandEntry(
        "unanswered:list_unanswered", "List what was not understood, alike texts together, the most frequent first."
    ),
    "waiting": CommandEntry(
        "waiting:list_waiting",
        "List who was handed over to a person, since when and why; the longest without an answer first.",
    ),
    "resume": CommandEntry(
        "resume:resume_bot", "Hand a conversation back to the bot: it says that it is back, and goes on."
    ),
    "send-test": CommandEntry(
        "send_test:send_test_mail", "Send one mail to yourself, with sample values; its links open nothing."
    ),
    "test": CommandEntry(
        "test:play_transcripts",
        "Play the transcripts of a workspace in virtual time: what differs, and what no transcript visits.",
    ),
    "try": CommandEntry(
        "try_draft:try_flow",
        "Print a link that plays this workspace, unpublished, for whoever opens it first; for a day.",
    ),
    "link": CommandEntry(
        "link:print_link", "Print the link that begins a flow; what comes through it is counted under its source."
    ),
    "report": CommandEntry("report:report", "Numbers by source, flow and language."),
    "chat": CommandEntry(
        "chat:chat_with_flow",
        "Talk to a flow on the terminal: time moves when you say so, and mails stand in a box with their code.",
    ),
    "diagram": CommandEntry(
        "diagram:draw_diagram", "Draw a flow: steps, the ways between them with their labels, and how it fares."
    ),
    "translate": CommandEntry(
        "translate:translate", "Texts of the flows out to a table for a translator, and back in."
    ),
    "consent": CommandEntry("consent:consent", "The consent ledger: evidence, and proof that nothing was changed."),
    "address": CommandEntry("address:address", "Addresses that get no mail."),
    "codes": CommandEntry("codes:codes", "Pools of single-use codes."),
    "subject": CommandEntry("subject:subject", "What is kept of a person, and its end."),
    "messenger": CommandEntry("messenger:messenger", "Your Page on Messenger."),
}
