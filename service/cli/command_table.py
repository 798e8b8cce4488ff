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
    group: str
    """Group in which the list shows it."""
    help: str
    """First sentence of the command's own help."""


WRITE, PUBLISH, OPERATE, WATCH, PEOPLE = (
    "Write and try out",
    "Make live",
    "Run",
    "See what happens",
    "People and proofs",
)
"""Groups of the list of commands, in its order."""

COMMANDS: Mapping[str, CommandEntry] = {
    "demo": CommandEntry(
        "demo:start_demo",
        WRITE,
        "Run the demo: the service, a stand-in for Messenger, a mailbox, and the playground to look at it all.",
    ),
    "init": CommandEntry(
        "init:init_workspace", WRITE, "Make a workspace of your own from the shipped one; asks for what is not given."
    ),
    "check": CommandEntry(
        "check:check_workspace", WRITE, "Check a workspace: every finding with file, line, column, and the remedy."
    ),
    "schema": CommandEntry(
        "schema:write_schemas",
        WRITE,
        "Write JSON Schemas of all workspace files, so that an editor completes and explains them.",
    ),
    "test": CommandEntry(
        "test:play_transcripts",
        WRITE,
        "Play the transcripts and timelines of a workspace in virtual time: what differs, and what none visits.",
    ),
    "chat": CommandEntry(
        "chat:chat_with_flow",
        WRITE,
        "Talk to a flow on the terminal: time moves when you say so, and mails stand in a box with their code.",
    ),
    "simulate": CommandEntry(
        "simulate:simulate_sequence",
        WRITE,
        "Walk one person, or many, through a sequence: which mails go, when, and why.",
    ),
    "diagram": CommandEntry(
        "diagram:draw_diagram",
        WRITE,
        "Draw a flow or a sequence: steps, the ways between them with their labels, and how it fares.",
    ),
    "translate": CommandEntry(
        "translate:translate", WRITE, "Texts of the flows out to a table for a translator, and back in."
    ),
    "plan": CommandEntry(
        "plan:show_plan",
        PUBLISH,
        "Compare a workspace with what is live: what differs, who stands there, and what will happen to them.",
    ),
    "apply": CommandEntry(
        "apply:apply_workspace", PUBLISH, "Make a workspace live; refuses to strand anyone, and says what to add."
    ),
    "rollback": CommandEntry(
        "rollback:roll_back_edition",
        PUBLISH,
        "Go back to the edition before; whoever stands in steps that it lacks finishes where they are.",
    ),
    "replay": CommandEntry(
        "replay:replay_conversations",
        PUBLISH,
        "Show where answers would now go differently; nothing is sent or changed.",
    ),
    "try": CommandEntry(
        "try_draft:try_flow",
        PUBLISH,
        "Print a link that plays this workspace, unpublished, for whoever opens it first; for a day.",
    ),
    "link": CommandEntry(
        "link:print_link",
        PUBLISH,
        "Print the link that begins a flow; what comes through it is counted under its source.",
    ),
    "send-test": CommandEntry(
        "send_test:send_test_mail", PUBLISH, "Send one mail to yourself, with sample values; its links open nothing."
    ),
    "run": CommandEntry(
        "run:run_service", OPERATE, "Run the service until SIGTERM; a missing setting refuses to start, by name."
    ),
    "messenger": CommandEntry("messenger:messenger", OPERATE, "Your Page on Messenger."),
    "store": CommandEntry(
        "store:store", OPERATE, "The store: how its servers are, moving it to others, repeating what people stopped."
    ),
    "backup": CommandEntry(
        "backup:back_up",
        OPERATE,
        "Write the store, as it is at one moment, and the archive into one encrypted file, while the service goes on.",
    ),
    "restore": CommandEntry(
        "restore:restore", OPERATE, "Bring a backup back into an empty store; marketing mail waits until you resume it."
    ),
    "mail": CommandEntry("mail:mail", OPERATE, "Mail that goes out: paused, resumed, signed."),
    "issue": CommandEntry(
        "issue:issue",
        OPERATE,
        "Newsletter issues: planned, sent, paused, stopped, counted.",
    ),
    "hygiene": CommandEntry(
        "hygiene:look_after_list",
        OPERATE,
        "Say who gives no sign any more, and let the sequence that asks them begin for those who are silent already.",
    ),
    "feedback": CommandEntry("feedback:feedback", OPERATE, "What comes back about mails: bounces, complaints, “stop”."),
    "events": CommandEntry("events:events", OPERATE, "What people did before they came here."),
    "hooks": CommandEntry(
        "hooks:list_hooks",
        OPERATE,
        "List the hooks of the live edition, print the secret that requests to one are signed with, or what failed.",
    ),
    "halt": CommandEntry(
        "halt:halt_step",
        OPERATE,
        "Hold the mails of a step back within a second, in all processes: who comes to it waits there.",
    ),
    "go": CommandEntry(
        "halt:let_step_go",
        OPERATE,
        "Let the mails of a halted step go again, within an hour; each passes every rule again.",
    ),
    "report": CommandEntry("report:report", WATCH, "Numbers by source, flow and language."),
    "winner": CommandEntry(
        "winner:winner", WATCH, "Parts of splits that won: what was chosen since when, and taking it back."
    ),
    "explain": CommandEntry(
        "explain:explain_person",
        WATCH,
        "Explain one person's sequences: where they stand, which mail is next, and why another is not.",
    ),
    "forecast": CommandEntry(
        "forecast:forecast_mails",
        WATCH,
        "Say how many mails of sequences go out in the next days: likely, in which range, and if nobody does anything.",
    ),
    "backtest": CommandEntry(
        "backtest:backtest_sequence",
        WATCH,
        "Play what people did once more: the mails of a changed sequence beside those that went; nothing is sent.",
    ),
    "unanswered": CommandEntry(
        "unanswered:list_unanswered",
        WATCH,
        "List what was not understood, alike texts together, the most frequent first.",
    ),
    "waiting": CommandEntry(
        "waiting:list_waiting",
        WATCH,
        "List who was handed over to a person, since when and why; the longest without an answer first.",
    ),
    "resume": CommandEntry(
        "resume:resume_bot", WATCH, "Hand a conversation back to the bot: it says that it is back, and goes on."
    ),
    "sends": CommandEntry(
        "sends:list_sends",
        WATCH,
        "List mails under way or unknown; marketing mail that is unknown is never sent again.",
    ),
    "drafts": CommandEntry("drafts:drafts", WATCH, "Mails of draft sequences that wait for approval."),
    "tasks": CommandEntry("tasks:tasks", WATCH, "What sequences gave the team to do: list it, note how it ended."),
    "consent": CommandEntry(
        "consent:consent", PEOPLE, "The consent ledger: evidence, and proof that nothing was changed."
    ),
    "subject": CommandEntry("subject:subject", PEOPLE, "What is kept of a person, and its end."),
    "address": CommandEntry("address:address", PEOPLE, "Addresses that get no mail."),
    "codes": CommandEntry("codes:codes", PEOPLE, "Pools of single-use codes."),
}
