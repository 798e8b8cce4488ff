"""The playground in a real Chromium, on a running demo: the whole way that a prospect goes."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.asking_workspace import add_asking_sequence
from tests.support.page_actions import PHONE, RunningDemo

pytestmark = pytest.mark.browser


def _expect_mails(page: Page, count: int) -> None:
    expect(page.locator("#mails button")).to_have_count(count)


def _opt_in(page: Page) -> None:
    """Get started, agree, tap the suggested address, type the code of the mail, and have the welcome mail."""
    page.locator("button.start").click()
    page.get_by_role("button", name="Yes, send it to me").click()
    page.locator("#offers").get_by_role("button", name="@example.com").click()
    _expect_mails(page, 1)
    subject = page.locator("#mails .line b").first.inner_text()
    code = re.search(r"\d{6}", subject)
    assert code
    page.locator("#message").fill(code[0])
    page.locator("#message").press("Enter")
    _expect_mails(page, 2)


def _open_mail(page: Page, subject: str) -> None:
    page.locator("#mails button", has_text=subject).click()
    expect(page.locator("#reading h3")).to_contain_text(subject)


class HeldMails:
    """Keeps what the page asks for of mails until it may have it."""

    def __init__(self) -> None:
        self.number = 0
        self._held: list[Route] | None = []

    def __call__(self, route: Route) -> None:
        """Hold a request, or let it pass."""
        self.number += 1
        if self._held is None:
            route.continue_()
        else:
            self._held.append(route)

    def let_go(self) -> None:
        """Let pass what was held and all that comes."""
        held, self._held = self._held or [], None
        for route in held:
            route.continue_()


def _hold_mails(page: Page) -> HeldMails:
    held = HeldMails()
    page.route(re.compile(r"/people/[^/]+/mails/"), held)
    return held


def test_who_stays_away_is_asked_to_come_back(page: Page) -> None:
    """Chat, opt-in, code typed, welcome mail; three days later, with no cup noted, the come-back mail."""
    name = page.locator("#person option:checked").inner_text()
    _opt_in(page)
    expect(page.locator("#reading h3")).to_contain_text("Welcome")
    mail = page.frame_locator("#reading iframe").locator("body")
    expect(mail).to_contain_text("Put the kettle on.")
    expect(mail).to_contain_text(f"Hi {name}")
    expect(page.locator("#known")).to_contain_text("“welcome” went out: The Friday Leaf was confirmed.")
    expect(page.locator(".files [aria-selected=true]")).to_contain_text("tasting_book.yaml")
    expect(page.locator(".row.lit").first).to_contain_text("first_cup")

    for _ in range(3):
        page.locator('[data-hours="24"]').click()
    page.locator('[data-hours="1"]').click()

    _expect_mails(page, 3)
    _open_mail(page, "still blank")
    expect(page.locator("#known")).to_contain_text("“come back” went out: no “noted a cup” within 3 days.")
    expect(page.locator(".row.lit").first).to_contain_text("second_chance")


def test_the_clock_jumps_to_the_nearest_moment(page: Page) -> None:
    """The button names the mail that is next, and pressing it makes the mail go."""
    _opt_in(page)
    expect(page.locator("#next")).to_contain_text("“come back” mail")

    page.locator("#next").click()

    _expect_mails(page, 3)


def test_three_cups_bring_the_evaluation(page: Page) -> None:
    """Who uses the product is asked for more, and is not asked to come back."""
    _opt_in(page)

    for count in range(1, 4):
        page.locator("#actions").get_by_role("button", name="noted a cup", exact=True).click()
        expect(page.locator("#known .count")).to_have_text(f"{count}×")
        if count == 1:
            expect(page.locator("#hint")).to_contain_text("2 more × noted a cup within 21 days bring “evaluate")

    page.locator('[data-hours="24"]').click()  # two mails to one person are 20 hours apart
    _expect_mails(page, 3)
    expect(page.locator("#known")).to_contain_text(re.compile("“evaluate (order|invite)” went out"))
    expect(page.locator("#known")).to_contain_text("“come back” did not go")


def test_unsubscribing_by_the_mails_link_ends_it(page: Page) -> None:
    """The link opens a page with a button; pressed, the consent is withdrawn and nothing more is due."""
    _opt_in(page)
    _open_mail(page, "Welcome")
    link = page.frame_locator("#reading iframe").locator('a[href*="/unsubscribe/"]')

    expect(link).to_be_visible()
    with page.context.expect_page() as opened:
        link.click()
    opened.value.get_by_role("button").first.click()
    opened.value.wait_for_load_state()
    opened.value.close()

    expect(page.locator("#known .pill", has_text="withdrawn")).to_be_visible()
    expect(page.locator("#known")).to_contain_text("“come back” did not go")
    expect(page.locator("#known .chain")).to_contain_text("withdrawn")


def test_visiting_every_link_changes_nothing(page: Page) -> None:
    """The scanner's visits leave everything as it was, and the confirmation still works afterwards."""
    _opt_in(page)

    page.locator("#scan").click()

    expect(page.locator("#scanned")).to_contain_text(re.compile(r"^\d+ visits, nothing changed"))


def test_a_mistake_shows_line_and_remedy_while_the_old_version_runs(page: Page, demo: RunningDemo) -> None:
    """A saved mistake is shown at its line; the chat goes on; mended, the notice goes."""
    flow = demo.workspace / "flows" / "newsletter.yaml"
    good = flow.read_text("utf-8")

    flow.write_text(good.replace("else: bye", "else: by"), "utf-8")
    expect(page.locator(".row.bad")).to_contain_text("else: by")
    expect(page.locator(".finding")).to_contain_text("Did you mean “bye”?")
    expect(page.locator("#problems li").first).to_contain_text("flows/newsletter.yaml line 16")
    page.locator("button.start").click()
    page.get_by_role("button", name="Not now").click()
    expect(page.locator("#chat")).to_contain_text("No problem.")
    flow.write_text(good, "utf-8")

    expect(page.locator("#problems")).to_be_hidden()


def test_a_german_newcomer_is_spoken_to_in_german(page: Page) -> None:
    """The language is chosen before the chat begins, and stays."""
    page.locator("#languages").get_by_role("radio", name="Deutsch").click()
    page.locator("button.start").click()

    expect(page.get_by_role("button", name="Ja, schick es mir")).to_be_visible()
    expect(page.locator("#languages").get_by_role("radio", name="English")).to_be_disabled()


def test_a_phone_reaches_everything(page: Page) -> None:
    """At phone width nothing sticks out, and each panel has its tab."""
    page.set_viewport_size(PHONE)

    for name in ("Inbox", "Product", "Knows", "Script", "Messenger"):
        page.locator(".tabs").get_by_role("button", name=name).click()
        expect(page.locator(f"#{name.lower()}")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    expect(page.locator("button.start")).to_be_in_viewport()


def test_the_step_wins_over_an_older_code(page: Page) -> None:
    """Who begins anew is told of the question asked now; the mail with the code is open meanwhile."""
    page.locator("button.start").click()
    page.get_by_role("button", name="Yes, send it to me").click()
    expect(page.locator("#hint")).to_contain_text("Which address?")
    page.locator("#offers").get_by_role("button", name="@example.com").click()
    expect(page.locator("#reading h3")).to_contain_text("is your Amsel Tea code")
    expect(page.locator("#hint")).to_contain_text("Prove it.")

    page.locator("#message").fill("newsletter")
    page.locator("#message").press("Enter")

    expect(page.locator("#hint")).to_contain_text("Go on.")


def test_every_copied_request_has_an_id_of_its_own(page: Page) -> None:
    """Pasted, it says what the button does; copied again, it is another event."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    copied = []

    for _ in range(2):
        page.get_by_role("button", name="Copy curl: noted a cup").click()
        expect(page.locator("#toast")).to_contain_text("Copied.")
        copied.append(page.evaluate("navigator.clipboard.readText()"))

    ids = [re.findall(r'"id": "playground-([0-9a-f]{12})"', one) for one in copied]
    assert [len(one) for one in ids] == [1, 1]
    assert ids[0] != ids[1]


def test_a_text_edited_in_the_page_is_what_the_bot_says(page: Page, demo: RunningDemo) -> None:
    """The script panel edits and saves; the next answer is the new one."""
    file = demo.workspace / "flows" / "newsletter.yaml"
    good = file.read_text("utf-8")
    page.get_by_label("All files").select_option("flows/newsletter.yaml")
    page.get_by_role("button", name="Edit").click()
    page.locator("#text").fill(good.replace("No problem.", "No problem at all, and no hurry."))
    page.locator("#text").press("Control+s")
    expect(page.locator("#toast")).to_contain_text("newsletter.yaml is saved.")
    page.locator("button.start").click()
    page.get_by_role("button", name="Not now").click()
    expect(page.locator("#chat")).to_contain_text("No problem at all, and no hurry.")
    file.write_text(good, "utf-8")


def test_everybody_is_seen_at_once(page: Page) -> None:
    """Somebody subscribes by one press; the mail of tomorrow is listed until they do what it asks for."""
    page.locator("button.start").wait_for()
    page.locator("#crowd").click()
    people = page.locator("#people > li")
    people.first.wait_for()
    before = people.count()  # all tests play in one demo
    page.locator("#subscriber").click()
    newcomer = people.nth(before)
    expect(newcomer.locator(".pill.good")).to_be_visible()
    name = newcomer.locator(".link").inner_text()
    theirs = page.locator("#ahead li", has=page.get_by_role("button", name=name, exact=True))
    # From a late evening on, the quiet hours put it off to the morning after tomorrow: then it is looked at later.
    for hours in (24, 24, *[1] * 10):
        if theirs.count():
            break
        now = page.locator("#now").get_attribute("datetime") or ""
        page.locator(f'[data-hours="{hours}"]').click()
        expect(page.locator("#now")).not_to_have_attribute("datetime", now)
    expect(theirs).to_contain_text("come back")

    page.locator("#all-did").get_by_role("button", name="noted a cup").click()

    expect(newcomer).to_contain_text("“come back” did not go: noted a cup meanwhile.")
    expect(theirs).to_have_count(0)


def test_mails_are_read_in_the_colours_of_the_page(page: Page) -> None:
    """A dark page opens mails in dark mode; the visitor's own choice stays."""
    page.get_by_role("button", name="Light or dark page").click()
    _opt_in(page)
    expect(page.locator(".stage")).to_have_class(re.compile("dark"))

    page.get_by_role("radio", name="Read in light mode").click()
    page.get_by_role("button", name="Light or dark page").click()

    expect(page.locator(".stage")).to_have_class(re.compile("light"))


def test_at_night_the_page_speaks_of_quiet_hours(page: Page) -> None:
    """A mail that is due at night waits for the morning, and the hint says so."""
    _opt_in(page)
    now = page.locator("#now")
    while "T22:" not in (shown := now.get_attribute("datetime") or ""):
        page.locator('[data-hours="1"]').click()
        expect(now).not_to_have_attribute("datetime", shown)
    expect(page.locator("#hint")).not_to_contain_text("Quiet hours.")  # its turn comes in days, not in the morning

    for _ in range(3):
        page.locator('[data-hours="24"]').click()

    expect(page.locator("#hint")).to_contain_text("Quiet hours.")
    _expect_mails(page, 2)


def test_a_link_of_a_mail_into_the_chat_begins_its_flow(page: Page) -> None:
    """The page that it opens follows the ref once; a reload does not follow it again."""
    page.locator("button.start").wait_for()
    person = page.locator("#person option:checked").get_attribute("value")
    page.goto(f"{page.url.partition('?')[0]}?person={person}&follow=finder")

    expect(page.locator("#chat")).to_contain_text("How would you like to feel?")
    assert "follow" not in page.url


def test_a_question_in_a_mail_is_answered(page: Page, demo: RunningDemo) -> None:
    """Its link opens a page in the frame of the mail, which changes nothing; the button there counts."""
    sequence = demo.workspace / "sequences" / "leaving.yaml"
    add_asking_sequence(demo.workspace, start="box.arrived")
    try:
        _opt_in(page)
        expect(page.get_by_label("All files").locator("option", has_text="leaving.yaml")).to_have_count(1)
        fetched = _hold_mails(page)
        page.locator("#actions").get_by_role("button", name="got the box", exact=True).click()
        _expect_mails(page, 3)
        # It opens by itself; pressed before it is there, it must not be drawn again under the answer's page.
        page.locator("#mails button").first.click()
        fetched.let_go()
        frame = page.frame_locator("#reading iframe")
        frame.get_by_role("link", name="Unclear").click()
        expect(frame.locator("body")).to_contain_text("Unclear")
        expect(page.locator("#known")).not_to_contain_text("why was answered")
        frame.get_by_role("button").first.click()
        expect(frame.locator("body")).to_contain_text("Your answer has arrived: Unclear")
        expect(page.locator("#known")).to_contain_text("was answered")
        assert fetched.number == 1
        # The names of files stay theirs, however often the person's own name is written again.
        expect(page.locator(".files [role=tab]").first).to_contain_text(".yaml")
    finally:
        sequence.unlink()
