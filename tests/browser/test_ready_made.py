"""Each ready-made flow, walked in the playground on a real Chromium to its end, with what it brings about."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.support.page_actions import PHONE, Hands, RunningDemo

pytestmark = pytest.mark.browser


def test_every_flow_stands_in_the_list(page: Page) -> None:
    """Nobody needs a manual to begin one: each has its word, and its link or ad."""
    page.locator("#begin").click()

    expect(page.locator("#starts li b")).to_have_text([
        "newsletter", "checklist", "evening", "finder", "first sip", "invitations", "offer", "office", "questions",
        "settings", "table",
    ])  # fmt: skip
    page.keyboard.press("Escape")
    expect(page.locator("#starts")).to_be_hidden()


def test_the_newsletter_in_german(person: Hands) -> None:
    """From the word to the welcome mail, all of it in German."""
    person.page.locator("#languages").get_by_role("radio", name="Deutsch").click()
    person.begin("newsletter")
    person.tap("Ja, schick es mir")
    person.give_address()
    person.has_mails(1)
    person.type_code()

    person.hears("Du bist dabei!")
    person.has_mails(2)
    expect(person.reads("Willkommen").locator("body")).to_contain_text("Setz schon mal Wasser auf")
    expect(person.known).to_contain_text("confirmed")


def test_the_checklist(person: Hands) -> None:
    """The address is proven, the mail brings its link, and no consent arises."""
    person.begin("checklist")
    person.tap("Send the checklist")
    person.give_address()
    person.has_mails(1)
    person.type_code()

    person.hears("It's on its way")
    person.has_mails(2)
    link = person.reads("Your brewing checklist").get_by_role("link", name="Open the checklist")
    expect(link).to_have_attribute("href", re.compile("brewing-checklist.pdf"))
    person.tap("The list is enough")
    person.hears("Happy brewing!")
    expect(person.known).to_contain_text("“checklist” went out: “known” of “checklist” sends it.")
    expect(person.known.locator("h3", has_text="Consents")).to_have_count(0)


def _evening_in(person: Hands, demo: RunningDemo, days: int) -> None:
    """Let the first tasting evening be so soon, as somebody would who edits the table."""
    now = datetime.fromisoformat(person.page.locator("#now").get_attribute("datetime") or "")
    day = f"{now + timedelta(days=days):%Y-%m-%d}"
    table = demo.workspace / "tables" / "evenings.yaml"
    text = re.sub(r'evening_at: "[\d-]+T', f'evening_at: "{day}T', table.read_text("utf-8"), count=1)
    table.write_text(text, "utf-8")
    person.page.locator("#files").get_by_role("tab", name="evenings.yaml").click()
    expect(person.page.locator("#code")).to_contain_text(day)


def _takes(person: Hands, seats: str) -> None:
    """Take seats for the first evening, to be reminded in the chat."""
    person.page.locator(".tile", has_text="Teas against frost").get_by_role("button", name="I'm coming").click()
    person.hears("How many seats")
    person.say(seats)
    person.tap("Here in the chat")
    person.give_address()
    person.has_mails(1)
    person.type_code()
    person.hears("You're in!")


def test_a_tasting_evening(person: Hands, demo: RunningDemo) -> None:
    """A card, a seat, a ticket for the calendar; the reminder goes by mail, since the window has closed by then."""
    _evening_in(person, demo, 3)
    person.begin("evening", by_link=True)
    _takes(person, "two")
    person.has_mails(2)
    expect(person.reads("Your seat at Teas against frost").locator("body")).to_contain_text("2 seats")
    person.sees_in_file("appointment.ics", "SUMMARY:Amsel Tea tasting evening")
    person.looks_at("team")
    expect(person.page.locator("#mails .line").first).to_contain_text("A guest from Messenger")
    person.looks_at("own")
    person.tap("Yes, invite me")
    person.give_address()
    person.hears("The next invitation comes to")

    person.waits(days=2)
    expect(person.known).to_contain_text("window closed")
    expect(person.page.locator("#next")).to_contain_text("“remind”")
    person.page.locator("#next").click()

    person.has_mails(3)
    expect(person.reads("Tomorrow: Teas against frost").locator("body")).to_contain_text("See you tomorrow")
    expect(person.page.locator("#next")).to_contain_text("“thanks”")
    person.page.locator("#next").click()
    person.has_mails(4)
    person.reads("How did you like Teas against frost?")


def test_a_reminder_in_chat_while_the_window_is_open(person: Hands, demo: RunningDemo) -> None:
    """Who wrote within the day is reminded where they chose; the ice breaker was their first word."""
    _evening_in(person, demo, 2)
    person.page.get_by_role("button", name="When is the next tasting evening?").click()
    _takes(person, "1")
    person.tap("Not this time")
    person.hears("That's fine.")
    person.waits(days=1)
    person.say("checklist")
    person.hears("Shall I mail it to you?")

    person.page.locator("#next").click()

    person.hears(re.compile(r"^Tomorrow is your evening at the Speicherhof: Teas against frost, one seat"))
    person.has_mails(2)


def test_an_exclusive_offer(person: Hands) -> None:
    """One code at once, a second for reading the letter; both are this person's alone."""
    person.begin("offer")
    person.hears(re.compile("^HELLO-CUP-"))
    person.tap("Yes, I'd like both")
    person.give_address()
    person.has_mails(1)
    person.type_code()

    person.hears(re.compile("^LEAF-CUP-"))
    person.hears("Ten percent off, once")
    expect(person.known).to_contain_text("Code of “hello cup”")
    expect(person.known).to_contain_text("Code of “leaf cup”")


def test_a_question_that_only_a_person_can_answer(person: Hands) -> None:
    """The table answers what it knows; the rest goes to the team, who write and hand back."""
    person.begin("questions")
    person.hears("Ask away!")
    person.say("How long does delivery take?")
    person.hears("Two to three working days")
    person.tap("Another question")
    person.say("Do you repair cuckoo clocks?", "Clocks, with a cuckoo in them")
    person.tap("Yes, please")
    expect(person.page.locator("#silent")).to_contain_text("Pip is silent")
    expect(person.known).to_contain_text("Pip is silent: the flow handed")
    person.looks_at("team")
    expect(person.page.locator("#mails .line").first).to_contain_text("A question that the FAQ did not settle")

    person.page.locator("#team").click()
    person.say("Hello, Lena here. No, but we know somebody who does.")
    expect(person.page.locator("#chat .team")).to_contain_text("Lena here")
    person.page.get_by_role("button", name="Hand back to Pip").click()

    person.hears("Pip, the bot, is back with you.")
    person.hears("I hope that is settled.")
    expect(person.page.locator("#silent")).to_be_hidden()


def test_a_lead_for_sales(person: Hands) -> None:
    """The answers add points, and the team hears of it at once."""
    person.begin("office")
    person.tap("Café or restaurant")
    person.hears("How many people")
    person.say("about 60")
    person.tap("A menu of our own", "100 to 400 €")
    person.hears("which number may he call you")
    person.say("+49 40 66969123")

    person.hears("Jonas gets in touch")
    person.looks_at("team")
    note = person.reads("A hot lead from Messenger").locator("body")
    expect(note).to_contain_text(re.compile(r"Phone: \+49 ?40 ?66969123"))
    expect(person.known).to_contain_text("hot_lead")


def test_the_tea_finder(person: Hands) -> None:
    """Three answers bring cards; the choice goes by mail, and a shop is shown."""
    person.begin("finder")
    person.tap("Cosy", "None at all", "Just tea")
    teas = [re.compile("Hazelnut Honeybush"), re.compile("Baked Apple")]
    expect(person.page.locator(".tile strong")).to_have_text(teas)
    expect(person.page.locator(".tile a").first).to_have_text("Order it")
    person.tap("A shop near me", "Hamburg")
    expect(person.page.locator(".tile", has_text="Speicherhof 7")).to_contain_text("Call the shop")
    person.begin("finder")
    person.tap("Calm", "A little", "With milk", "Mail it to me")
    person.give_address()
    person.has_mails(1)
    person.type_code()

    person.hears("Sent to")
    expect(person.reads("The teas we picked for you").locator("body")).to_contain_text("Hojicha")


def test_a_table_in_german_on_a_phone(person: Hands) -> None:
    """A date in words, a number of guests, a phone number; the mail has the calendar's file."""
    person.page.set_viewport_size(PHONE)
    person.goes_to("Messenger")
    person.page.locator("#languages").get_by_role("radio", name="Deutsch").click()
    person.begin("table")
    person.tap("Berlin")
    person.hears("Wann möchtest du kommen?")
    now = datetime.fromisoformat(person.page.locator("#now").get_attribute("datetime") or "")
    saturday = now + timedelta(days=7 - (now.weekday() + 2) % 7)  # by its date: by its name it is two on some weekdays
    person.say(f"am {saturday:%d.%m.} um 15 Uhr")
    person.hears("zu wievielt")
    person.say("drei")
    person.hears("Unter welcher Nummer")
    person.page.locator("#offers").get_by_role("button", name="+49").click()
    person.hears(re.compile(r"Berlin, Samstag, .*15:00, für 3 Personen"))
    person.tap("Ja, reservieren")
    person.give_address()
    person.type_code()
    person.hears("Reserviert!")
    person.goes_to("Inbox")
    person.has_mails(2)

    expect(person.reads("Dein Tisch").locator("body")).to_contain_text("Berlin")
    person.sees_in_file("appointment.ics", "SUMMARY:Teeverkostung bei Amsel Tee")
    assert person.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_an_ad_leads_on_to_the_finder(person: Hands) -> None:
    """Who comes by the ad is noted as such; left alone for six hours, the flow ends kindly."""
    person.begin("first_sip")
    person.hears("What brings you here?")
    expect(person.known).to_contain_text("from_ad")
    expect(person.page.locator("#chat .note")).to_contain_text("an ad")

    person.waits(hours=7)

    person.hears("Look around as long as you like.")


def test_the_preferences(person: Hands) -> None:
    """Where reminders go, which mails come, and in which language."""
    person.begin("settings")
    person.tap("Chat or mail", "All of them", "To my inbox")
    expect(person.known.locator(".answers")).to_contain_text("mail")
    person.tap("My mails", "Tasting invitations", "Yes, invite me")
    person.give_address()
    person.has_mails(1)
    person.type_code()
    person.hears("You're on the list.")
    expect(person.known.locator(".pill", has_text="confirmed")).to_be_visible()
    person.tap("My mails", "Tasting invitations", "No more of them")
    expect(person.known.locator(".pill", has_text="withdrawn")).to_be_visible()

    person.tap("Language", "Deutsch")

    person.hears("Gut, dann auf Deutsch.")
    person.hears("Deine Einstellungen.")


def test_invitations_declined(person: Hands) -> None:
    """Who declines has given no consent, and is asked nothing more."""
    person.begin("invitations")
    person.tap("Not this time")

    person.hears("That's fine.")
    expect(person.known).to_contain_text("is in no conversation now")
    expect(person.page.locator("#mails button")).to_have_count(0)


def test_my_data_shown_and_deleted(person: Hands) -> None:
    """All that is kept is shown; deleted, the person is a stranger."""
    person.begin("settings")
    person.tap("My data", "Show my data")
    person.hears("This is what I keep of you")
    person.tap("My data", "Delete my data", "Yes, delete it all")

    person.hears("Deleted. Goodbye")
    expect(person.known).to_contain_text("Nothing. Everything was deleted, so there is no record.", timeout=10_000)
