"""A world that stands still: what the playground's routes and page are tested against."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from service.playground.chat_views import BubbleView, ChoiceView
from service.playground.ports import UnknownPersonError
from service.playground.views import (
    ActionView,
    AddressView,
    BehaviourView,
    ConsentView,
    DueView,
    EventAnswerView,
    KnowledgeView,
    LanguageEntryView,
    LedgerLineView,
    LitLinesView,
    MailHeadView,
    MailView,
    PersonView,
    ProblemView,
    RunView,
    ScanView,
    ScriptFileView,
    ScriptView,
    SentenceView,
    StartView,
    StateView,
)

START = datetime(2026, 11, 23, 9, 3, tzinfo=UTC)

FLOW = """# flows/newsletter.yaml
flow: newsletter
language: en
start:
  button: get started
  words: [newsletter, letter, tea]
steps:
  hello:
    say:
      - "{{ hi }}! I'm Pip, the Amsel Tea bot."
    consent: friday_leaf   # its exact wording is shown here
    else: bye
  done:
    say: You're in!
    go: end
"""

SEQUENCE = """sequence: tasting_book
topic: friday_leaf         # the consent every mail below needs
start: confirmed
steps:
  welcome:
    send: welcome
  first_cup:
    wait: {for: cup.noted, at_most: 3 days}
    else: come_back
  come_back:
    send: come_back
"""

HTML = (
    "<!doctype html><html><head><style>body{margin:0;padding:24px;background:#f4efe6;font-family:Georgia,serif}"
    "@media (prefers-color-scheme: dark){body{background:#181b19;color:#eee}}</style></head>"
    '<body><h1>Put the kettle on.</h1><p>Hi Mia, glad you are here.</p><p><a href="/confirm/abc">Confirm</a></p>'
    "</body></html>"
)


def _at_minute(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


WORDING = (
    "By agreeing you let Amsel Tea GmbH email you the Friday Leaf (weekly) and up to three mails that follow what you "
    "do in your Tasting Book. Mailjet delivers them; we count neither opens nor clicks."
)
CHAT = (
    BubbleView(
        id="1", who="page", text="Hi Mia! I'm Pip, the Amsel Tea bot. Rather a human? Type 'person'.", at=_at_minute(0)
    ),
    BubbleView(id="2", who="page", text=WORDING + " https://amseltea.example/privacy", at=_at_minute(0)),
    BubbleView(id="3", who="person", text="Yes, send it to me", at=_at_minute(1)),
    BubbleView(id="4", who="page", text="Lovely. Which address should it go to?", at=_at_minute(1)),
    BubbleView(id="5", who="person", text="mia@example.com", at=_at_minute(1)),
    BubbleView(
        id="6",
        who="page",
        text="Now look in mia@example.com. A six-digit code should be there within a minute.",
        at=_at_minute(1),
        replies=(
            ChoiceView(label="No mail yet", kind="reply", payload="no_mail"),
            ChoiceView(label="mia@example.com", kind="email", payload="mia@example.com"),
        ),
    ),
)
HEAD = MailHeadView(
    id="2",
    sender_name="Lena from Amsel Tea",
    sender="lena@leaf.amseltea.example",
    to="mia@example.com",
    subject="Welcome. Put the kettle on.",
    preview="Note one cup, any tea. Ten seconds.",
    at=_at_minute(3),
)
CODE = replace(
    HEAD,
    id="1",
    sender_name="Amsel Tea",
    sender="hello@post.amseltea.example",
    subject="408512 is your Amsel Tea code",
    preview="Type it in Messenger, or press the button.",
    at=_at_minute(1),
)
KNOWS = KnowledgeView(
    standing="Mia has finished “newsletter”. Nothing is asked at the moment.",
    ahead=(SentenceView(text="“come back” goes unless a cup is noted", tone="wait", at=_at_minute(3 * 1440 + 3)),),
    mails=(
        SentenceView(text="“welcome” was sent", tone="good", at=_at_minute(3), detail="The consent was confirmed."),
        SentenceView(
            text="“confirmation” was sent", tone="good", at=_at_minute(1), detail="The person asked for it in chat."
        ),
        SentenceView(text="“evaluate” will not go yet", tone="stop", detail="No cup noted so far; it takes three."),
    ),
    consents=(
        ConsentView(
            topic="friday_leaf", name="The Friday Leaf", status="confirmed", since=_at_minute(3), wording=WORDING
        ),
    ),
    addresses=(AddressView(email="mia@example.com", status="proven", detail="by code"),),
    runs=(
        RunView(sequence="tasting_book", status="running", step="first_cup", since=_at_minute(3), due=_at_minute(4323)),
    ),
    behaviour=(BehaviourView(event="cup.noted", label="noted a cup", count=1, last=_at_minute(30)),),
    tags=("reader",),
    ledger=tuple(
        LedgerLineView(
            number=number, at=_at_minute(number), act=act, text="friday_leaf", mark=f"{number}c0ffee{number}"
        )
        for number, act in enumerate(("agreed", "requested", "mailed", "confirmed"), 1)
    ),
    history=(SentenceView(text="the address is proven by code", at=_at_minute(3)),),
)
MIA = PersonView(psid="1001", name="Mia", language="en", started=True)
NOAH = PersonView(psid="1002", name="Noah", language="de", started=False)


class FakePlayground:
    """Shows Mia after her welcome mail, and Noah before his first word; notes what is done."""

    def __init__(self) -> None:
        self.actions: list[tuple[object, ...]] = []
        self.problems: tuple[ProblemView, ...] = ()
        self.news: asyncio.Queue[None] = asyncio.Queue()
        self.saved: dict[str, str] = {}

    def _find_person(self, psid: str) -> PersonView:
        people = {"": MIA, MIA.psid: MIA, NOAH.psid: NOAH}
        if psid not in people:
            raise UnknownPersonError
        return people[psid]

    async def read_state(self, psid: str) -> StateView:
        """See the port."""
        person = self._find_person(psid)
        knows = KNOWS if person.started else KnowledgeView(standing="Noah has never been here.")
        return StateView(
            now=_at_minute(4),
            moved_seconds=3600,
            timezone="Europe/Berlin",
            brand="Amsel Tea",
            bot="Pip",
            page="AmselTea",
            people=(MIA, NOAH),
            person=person,
            asks="",
            opening="flows/newsletter.yaml",
            doors=(
                LanguageEntryView(language="en", label="English", ref="spring", word="newsletter"),
                LanguageEntryView(language="de", label="Deutsch", word="freitagsblatt"),
            ),
            starts=(
                StartView(flow="newsletter", words={"en": "newsletter", "de": "freitagsblatt"}, ref="spring"),
                StartView(flow="first_sip", words={}, ref="ad_autumn"),
            ),
            breakers={"en": (ChoiceView(label="Which tea suits me?", kind="postback", payload="start|finder"),)},
            chat=CHAT if person.started else (),
            typing=False,
            mails=(HEAD, CODE) if person.started else (),
            team=(),
            knows=knows,
            due=DueView(psid="1001", name="Mia", what="“come back” mail", at=_at_minute(4323)),
            actions=(
                ActionView(event="cup.noted", label="noted a cup", curl="curl http://127.0.0.1:8080/api/events"),
                ActionView(event="box.ordered", label="ordered a box", curl="curl http://127.0.0.1:8080/api/events"),
            ),
            edition="e1",
            script="e1",
            problems=self.problems,
            lit=(
                LitLinesView(file="sequences/tasting_book.yaml", first=7, last=9, label="Mia is here"),
                LitLinesView(file="flows/newsletter.yaml", first=13, last=15, label="Mia finished here"),
            )
            if person.started
            else (),
        )

    async def read_mail(self, psid: str, mail: str) -> MailView | None:
        """See the port."""
        self._find_person(psid)
        head = {head.id: head for head in (HEAD, CODE)}.get(mail)
        headers = (("From", "Lena"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
        return None if head is None else MailView(head=head, html=HTML, text="Put the kettle on.", headers=headers)

    async def save_file(self, path: str, text: str, before: str) -> None:
        """See the port."""
        if before != FLOW:
            message = f"{path} was changed elsewhere meanwhile."
            raise ValueError(message)
        self.saved[path] = text

    async def read_script(self) -> ScriptView:
        """See the port."""
        texts = {
            "flows/newsletter.yaml": FLOW,
            "flows/newsletter.de.yaml": FLOW,
            "sequences/tasting_book.yaml": SEQUENCE,
            "doorstep.yaml": "brand: Amsel Tea\n",
            "emails/welcome.mjml": "<mjml></mjml>",
        }
        wrong = {problem.file for problem in self.problems}
        files = tuple(ScriptFileView(path=path, text=text, running=path not in wrong) for path, text in texts.items())
        return ScriptView(folder="workspace", files=files)

    async def add_newcomer(self) -> str:
        """See the port."""
        self.actions.append(("arrive",))
        return NOAH.psid

    async def get_started(self, psid: str, language: str) -> None:
        """See the port."""
        self.actions.append(("start", self._find_person(psid).psid, language))

    async def follow_link(self, psid: str, ref: str, language: str) -> None:
        """See the port."""
        self.actions.append(("follow", self._find_person(psid).psid, ref, language))

    async def type_text(self, psid: str, text: str, language: str) -> None:
        """See the port."""
        self.actions.append(("say", self._find_person(psid).psid, text, language))

    async def send_photo(self, psid: str) -> None:
        """See the port."""
        self.actions.append(("photo", self._find_person(psid).psid))

    async def answer_as_team(self, psid: str, text: str) -> None:
        """See the port."""
        self.actions.append(("answer", self._find_person(psid).psid, text))

    async def hand_back(self, psid: str) -> None:
        """See the port."""
        self.actions.append(("back", self._find_person(psid).psid))

    async def tap_choice(self, psid: str, *, title: str, payload: str, postback: bool, language: str) -> None:
        """See the port."""
        self.actions.append(("tap", self._find_person(psid).psid, title, payload, postback, language))

    async def move_clock(self, ahead: timedelta) -> None:
        """See the port."""
        self.actions.append(("move", ahead))

    async def move_to_next(self, psid: str) -> None:
        """See the port."""
        self.actions.append(("next", psid))

    async def post_event(self, psid: str, event: str) -> EventAnswerView:
        """See the port."""
        self.actions.append(("event", self._find_person(psid).psid, event))
        return EventAnswerView(status=202, text="accepted")

    async def scan_links(self, psid: str) -> ScanView:
        """See the port."""
        self._find_person(psid)
        return ScanView(links=7, visits=42, elsewhere=1, changed=())

    async def watch_changes(self) -> AsyncIterator[None]:
        """See the port."""
        yield
        while True:
            await self.news.get()
            yield
