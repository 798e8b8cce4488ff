"""What the stored lines have in common, for compressing them: a zstd dictionary, readable but for its statistics.

It holds words of the program alone, none of a workspace.  It is part of the layout: a changed byte would make every
line that was stored with it unreadable, so its hash is tested.  A reason or an event that came later is only stored a
little longer; a better dictionary would be a second one, beside this.  What is used most stands last: near is cheap.
"""

from base64 import b85decode

from msgspec import msgpack

_STATISTICS = b85decode(
    "H>5D^0Du4hLlBr_nl`||psGT*h60lKaHS9YjVrRl5>gt#V*AG@Cit~O>;91`vde#kcr!9GGBPsGgBID{-8<#CJrFpk7j(r3;{X5v3KA2@AY#"
    "bq0{{fz!otBqM~{-oLlXp1hzJ0S0s<g_!~p<e0SEwG00oKw000006z<1yAPfqI!DBExAc|pwWD5WQiUj}w0096100aO400;m800"
)
"""How often which byte and which length occur, so that no line has to say it: the beginning of a zstd dictionary (RFC
8878, 5), as ``ZDICT_finalizeDictionary`` of libzstd made it for the words below from some thousand lines."""

_FLOWS = (
    "A link was followed whose ref begins no flow.", "A sticker or picture outside a conversation needs no answer.",
    "A tap on the question before was taken as a double tap.", "Several cards carry this button.",
    "An edited answer did not fit, so the first one stays.", "An answer was taken back.", "The answer was corrected.",
    "The address was corrected.", "The wording has changed since it was shown, so it was shown again.",
    "The flow was changed meanwhile, so the question of its new step is asked.", "The flow  is called.",
    "The called flow has ended;  goes on.", "The split leads this person to ", "Nothing in the table fits.",
    "No flow answers this comment.", "A comment is answered privately.",
    "Something was missing, so the conversation went to ", "A private reply to a comment has reached the person.",
    "The team () is told by mail.", "The mail  goes out.", "No address is proven, so no mail could be sent.",
    "A code of  is drawn.", "The wait is over.", " is to be told at its time.", " is told by chat.",
    "The platform did not take the message, so it goes by mail.", "The platform closed the messaging window.",
    "Nothing was said: the messaging window is closed, so the platform would refuse it.",
    "Nobody of the team wrote for a while, so the bot takes over again.",
    "The team has handed the conversation back.", "Somebody else speaks with the person now; the bot is silent.",
    "A person of the team is asked to take over; the bot is silent.",
    "The person asked for a human; the bot is silent.", "A human has taken over, so the bot kept quiet.",
    "After a long time, or after a human, the person is told that a bot speaks.",
    "The person cannot be reached in chat.", "The person had everything erased.", "The person was shown what is kept.",
    "The person said stop.", "The person went back.", "The person began again.", "The person declined ",
    " is confirmed already, so it was not asked again.", "The address was proven before, so no code was asked for.",
    "A new code was asked for.", "The code has expired.", "No code fits any more.", "Another address was given.",
    "Nobody answered in time.", "The question was skipped.", "3 answers did not fit.",
    "The question was open for a while, so the nudge was due.", "The condition is not true.", "The condition is true.",
    "A button of an earlier question was tapped.", "A button was tapped.", "“” of the table  answered a question.",
    "Nothing fitted, so the flows were offered.", "“” was chosen.", "An answer was given.", "The person agreed to ",
    "A link or ad begins this flow.", "A typed word begins this flow.", "A button begins this flow.",
    "The address is proven.", "An address was given.", "The conversation has ended.",
)  # fmt: skip
_CONSENT = (
    "a mail was not sent: the address had a confirmation mail within 15 minutes", "a confirmation expired",
    "no new confirmation mail: the last was asked for less than 15 minutes ago", "withdrawn (typed)",
    "withdrawn (one-click)", "a wrong code was typed", "the address is proven by button", "confirmed by button",
    "the address is proven by code", "confirmed by code", "a confirmation mail goes to the address given",
    "agreed; the address is still to be proven",
)  # fmt: skip
_ONBOARDING = (
    " is finished:  went out.", " reached its goal:  happened.", " is left:  was withdrawn.", " is not sent: ",
    " goes out once in a pass, and it did.", " goes out , after the quiet hours: ", " waits until Mon 14 Dec, 11:00.",
    " goes out: no  within 3 days.", " waits: 0 of 1  so far, at most until Thu 11:00.", " starts:  was confirmed.",
    " goes out:  was confirmed.",
)  # fmt: skip
_EVENTS = (
    "CodesGuarded", "AddressMoved", "MessageEdit", "MessageUnsend", "Reaction", "CodeDrawn", "Resubscribed", "NotMe",
    "Referral", "OptIn", "Commented", "Invited", "MailRefused", "ChatRefused", "Unsubscribed", "ConfirmPressed",
    "Control", "ProductEvent ", "MailSent", "Profiled", "Postback Get Started", "Postback", "Message (tapped)",
    "Message",
)  # fmt: skip
_HEARD = (
    "<image>", "<digits>", "<number 1>", "ref ", "do|", "start|", "tap|", "“no”", "drawn", "pressed", "“person”",
    "“stop”", "“get started”", "“yes”", "<text>", "<code>", "<email>",
)  # fmt: skip
_ACTS = (
    "bounced", "moved", "disowned", "expired", "withdrawn", "declined", "mailed", "confirmed", "requested", "agreed",
)  # fmt: skip
_HOWS = ("preferences", "page", "one-click", "button", "code", "tap", "typed")


def _encode_strings(texts: tuple[str, ...], *, before: bytes = b"", after: bytes = b"") -> bytes:
    """Return texts as a line of the history holds them: MessagePack, each with its length."""
    return b"".join([before + msgpack.encode(text) + after for text in texts])


def _build_content() -> bytes:
    """Return the words, each between what most often stands beside it."""
    acts = b"".join([b'Z","act":"%b","topic":"","address":"' % act.encode() for act in _ACTS])
    hows = b"".join([b'","language":"de","how":"%b","mid":"m_' % how.encode() for how in _HOWS])
    return (
        acts
        + b'","wording":"","language":"","how":"","mid":"","message_id":"<@>","content_hash":"'
        + hows
        + b'{"number":2,"previous":"0123456789abcdef","at":"2026-12-01T00:00:00Z","act":"requested","topic":"'
        b'","address":"","wording":"","language":"en","how":"","mid":"","message_id":"","content_hash":""}'
        b'{"number":1,"previous":"","at":"2026-11-01T00:00:00Z","act":"agreed","topic":"","address":"","wording":"'
        b'","language":"en","how":"typed","mid":"m_","message_id":"","content_hash":""}'
        + _encode_strings(_ONBOARDING, before=b"\x94\xaaonboarding")
        + _encode_strings(_CONSENT, before=b"\x94\xa7consent")
        + b"\xacconfirmation\xa0\x91\xbd confirmation\x91\xa7<email>"
        + _encode_strings(_HEARD, before=b"\xa0\x90\x91")
        + _encode_strings(_FLOWS, before=b"\x94\xa5flows")
        + _encode_strings(_EVENTS, before=b"\x91", after=b"\x90\x90\x90\xa0\xa0\xa0\xa0")
        + _encode_strings(_EVENTS[-3:], before=b"\x91", after=b"\x91\x94\xa5flows")
    )


DICTIONARY = _STATISTICS + _build_content()
