"""Each ready-made flow, walked in the playground on a real Chromium to its end, with what it brings about."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.support.page_actions import PHONE, PageVisitor, RunningDemo

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


def test_the_newsletter_in_german(person: PageVisitor) -> None:
    """From the word to the welcome mail, all of it in German."""
    person.page.locator("#languages").get_by_role("radio", name="Deutsch").click()
    person.begin_flow("newsletter")
    person.tap_replies("Ja, schick es mir")
    person.give_address()
    person.expect_mails(1)
    person.type_code()

    person.expect_bubble("Du bist dabei!")
    person.expect_mails(2)
    expect(person.open_mail("Willkommen").locator("body")).to_contain_text("Setz schon mal Wasser auf")
    expect(person.person_panel).to_contain_text("confirmed")


def test_the_checklist(person: PageVisitor) -> None:
    """The address is proven, the mail brings its link, and no consent arises."""
    person.begin_flow("checklist")
    person.tap_replies("Send the checklist")
    person.give_address()
    person.expect_mails(1)
    person.type_code()

    person.expect_bubble("It's on its way")
    person.expect_mails(2)
    link = person.open_mail("Your brewing checklist").get_by_role("link", name="Open the checklist")
    expect(link).to_have_attribute("href", re.compile("brewing-checklist.pdf"))
    person.tap_replies("The list is enough")
    person.expect_bubble("Happy brewing!")
    expect(person.person_panel).to_contain_text("“checklist” went out: “known” of “checklist” sends it.")
    expect(person.person_panel.locator("h3", has_text="Consents")).to_have_count(0)


def _schedule_evening(person: PageVisitor, demo: RunningDemo, days: int) -> None:
    """Let the first tasting evening be so soon, as somebody would who edits the table."""
    now = datetime.fromisoformat(person.page.locator("#now").get_attribute("datetime") or "")
    day = f"{now + timedelta(days=days):%Y-%m-%d}"
    table = demo.workspace / "tables" / "evenings.yaml"
    text = re.sub(r'evening_at: "[\d-]+T', f'evening_at: "{day}T', table.read_text("utf-8"), count=1)
    table.write_text(text, "utf-8")
    person.page.get_by_label("All files").select_option("tables/evenings.yaml")
    expect(person.page.locator("#code")).to_contain_text(day)


def _take_seats(person: PageVisitor, seats: str) -> None:
    """Take seats for the first evening, to be reminded in the chat."""
    person.page.locator(".tile", has_text="Teas against frost").get_by_role("button", name="I'm coming").click()
    person.expect_bubble("How many seats")
    person.type_texts(seats)
    person.tap_replies("Here in the chat")
    person.give_address()
    person.expect_mails(1)
    person.type_code()
    person.expect_bubble("You're in!")


def test_a_tasting_evening(person: PageVisitor, demo: RunningDemo) -> None:
    """A card, a seat, a ticket for the calendar; the reminder goes by mail, since the window has closed by then."""
    _schedule_evening(person, demo, 3)
    person.begin_flow("evening", by_link=True)
    _take_seats(person, "two")
    person.expect_mails(2)
    expect(person.open_mail("Your seat at Teas against frost").locator("body")).to_contain_text("2 seats")
    person.expect_in_file("appointment.ics", "SUMMARY:Amsel Tea tasting evening")
    person.choose_box("team")
    expect(person.page.locator("#mails .line").first).to_contain_text("A guest from Messenger")
    person.choose_box("own")
    person.tap_replies("Yes, invite me")
    person.give_address()
    person.expect_bubble("The next invitation comes to")

    person.move_clock(days=2)
    expect(person.person_panel).to_contain_text("window closed")
    expect(person.page.locator("#next")).to_contain_text("“remind”")
    person.page.locator("#next").click()

    person.expect_mails(3)
    expect(person.open_mail("Tomorrow: Teas against frost").locator("body")).to_contain_text("See you tomorrow")
    expect(person.page.locator("#next")).to_contain_text("“thanks”")
    person.page.locator("#next").click()
    person.expect_mails(4)
    person.open_mail("How did you like Teas against frost?")


def test_a_reminder_in_chat_while_the_window_is_open(person: PageVisitor, demo: RunningDemo) -> None:
    """Who wrote within the day is reminded where they chose; the ice breaker was their first word."""
    _schedule_evening(person, demo, 2)
    person.page.get_by_role("button", name="When is the next tasting evening?").click()
    _take_seats(person, "1")
    person.tap_replies("Not this time")
    person.expect_bubble("That's fine.")
    person.move_clock(days=1)
    person.type_texts("checklist")
    person.expect_bubble("Shall I mail it to you?")

    person.page.locator("#next").click()

    person.expect_bubble(re.compile(r"^Tomorrow is your evening at the Speicherhof: Teas against frost, one seat"))
    person.expect_mails(2)


def test_an_exclusive_offer(person: PageVisitor) -> None:
    """One code at once, a second for reading the letter; both are this person's alone."""
    person.begin_flow("offer")
    person.expect_bubble(re.compile("^HELLO-CUP-"))
    person.tap_replies("Yes, I'd like both")
    person.give_address()
    person.expect_mails(1)
    person.type_code()

    person.expect_bubble(re.compile("^LEAF-CUP-"))
    person.expect_bubble("Ten percent off, once")
    expect(person.person_panel).to_contain_text("Code of “hello cup”")
    expect(person.person_panel).to_contain_text("Code of “leaf cup”")


def test_a_question_that_only_a_person_can_answer(person: PageVisitor) -> None:
    """The table answers what it knows; the rest goes to the team, who write and hand back."""
    person.begin_flow("questions")
    person.expect_bubble("Ask away!")
    person.type_texts("How long does delivery take?")
    person.expect_bubble("Two to three working days")
    person.tap_replies("Another question")
    person.type_texts("Do you repair cuckoo clocks?", "Clocks, with a cuckoo in them")
    person.tap_replies("Yes, please")
    expect(person.page.locator("#silent")).to_contain_text("Pip is silent")
    expect(person.person_panel).to_contain_text("Pip is silent: the flow handed")
    person.choose_box("team")
    expect(person.page.locator("#mails .line").first).to_contain_text("A question that the FAQ did not settle")

    person.page.locator("#team").click()
    person.type_texts("Hello, Lena here. No, but we know somebody who does.")
    expect(person.page.locator("#chat .team")).to_contain_text("Lena here")
    person.page.get_by_role("button", name="Hand back to Pip").click()

    person.expect_bubble("Pip, the bot, is back with you.")
    person.expect_bubble("I hope that is settled.")
    expect(person.page.locator("#silent")).to_be_hidden()


def test_a_lead_for_sales(person: PageVisitor) -> None:
    """The answers add points, and the team hears of it at once."""
    person.begin_flow("office")
    person.tap_replies("Café or restaurant")
    person.expect_bubble("How many people")
    person.type_texts("about 60")
    person.tap_replies("A menu of our own", "100 to 400 €")
    person.expect_bubble("which number may he call you")
    person.type_texts("+49 40 66969123")

    person.expect_bubble("Jonas gets in touch")
    person.choose_box("team")
    note = person.open_mail("A hot lead from Messenger").locator("body")
    expect(note).to_contain_text(re.compile(r"Phone: \+49 ?40 ?66969123"))
    expect(person.person_panel).to_contain_text("hot_lead")


def test_the_tea_finder(person: PageVisitor) -> None:
    """Three answers bring cards; the choice goes by mail, and a shop is shown."""
    person.begin_flow("finder")
    person.tap_replies("Cosy", "None at all", "Just tea")
    teas = [re.compile("Hazelnut Honeybush"), re.compile("Baked Apple")]
    expect(person.page.locator(".tile strong")).to_have_text(teas)
    expect(person.page.locator(".tile a").first).to_have_text("Order it")
    person.tap_replies("A shop near me", "Hamburg")
    expect(person.page.locator(".tile", has_text="Speicherhof 7")).to_contain_text("Call the shop")
    person.begin_flow("finder")
    person.tap_replies("Calm", "A little", "With milk", "Mail it to me")
    person.give_address()
    person.expect_mails(1)
    person.type_code()

    person.expect_bubble("Sent to")
    expect(person.open_mail("The teas we picked for you").locator("body")).to_contain_text("Hojicha")


def test_a_table_in_german_on_a_phone(person: PageVisitor) -> None:
    """A date in words, a number of guests, a phone number; the mail has the calendar's file."""
    person.page.set_viewport_size(PHONE)
    person.choose_panel("Messenger")
    person.page.locator("#languages").get_by_role("radio", name="Deutsch").click()
    person.begin_flow("table")
    person.tap_replies("Berlin")
    person.expect_bubble("Wann möchtest du kommen?")
    now = datetime.fromisoformat(person.page.locator("#now").get_attribute("datetime") or "")
    saturday = now + timedelta(days=7 - (now.weekday() + 2) % 7)  # by its date: by its name it is two on some weekdays
    person.type_texts(f"am {saturday:%d.%m.} um 15 Uhr")
    person.expect_bubble("zu wievielt")
    person.type_texts("drei")
    person.expect_bubble("Unter welcher Nummer")
    person.page.locator("#offers").get_by_role("button", name="+49").click()
    person.expect_bubble(re.compile(r"Berlin, Samstag, .*15:00, für 3 Personen"))
    person.tap_replies("Ja, reservieren")
    person.give_address()
    person.type_code()
    person.expect_bubble("Reserviert!")
    person.choose_panel("Inbox")
    person.expect_mails(2)

    expect(person.open_mail("Dein Tisch").locator("body")).to_contain_text("Berlin")
    person.expect_in_file("appointment.ics", "SUMMARY:Teeverkostung bei Amsel Tee")
    assert person.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_an_ad_leads_on_to_the_finder(person: PageVisitor) -> None:
    """Who comes by the ad is noted as such; left alone for six hours, the flow ends kindly."""
    person.begin_flow("first_sip")
    person.expect_bubble("What brings you here?")
    expect(person.person_panel).to_contain_text("from_ad")
    expect(person.page.locator("#chat .note")).to_contain_text("an ad")

    person.move_clock(hours=7)

    person.expect_bubble("Look around as long as you like.")


def test_the_preferences(person: PageVisitor) -> None:
    """Where reminders go, which mails come, and in which language."""
    person.begin_flow("settings")
    person.tap_replies("Chat or mail", "All of them", "To my inbox")
    expect(person.person_panel.locator(".answers")).to_contain_text("mail")
    person.tap_replies("My mails", "Tasting invitations", "Yes, invite me")
    person.give_address()
    person.expect_mails(1)
    person.type_code()
    person.expect_bubble("You're on the list.")
    expect(person.person_panel.locator(".pill", has_text="confirmed")).to_be_visible()
    person.tap_replies("My mails", "Tasting invitations", "No more of them")
    expect(person.person_panel.locator(".pill", has_text="withdrawn")).to_be_visible()

    person.tap_replies("Language", "Deutsch")

    person.expect_bubble("Gut, dann auf Deutsch.")
    person.expect_bubble("Deine Einstellungen.")


def test_invitations_declined(person: PageVisitor) -> None:
    """Who declines has given no consent, and is asked nothing more."""
    person.begin_flow("invitations")
    person.tap_replies("Not this time")

    person.expect_bubble("That's fine.")
    expect(person.person_panel).to_contain_text("is in no conversation now")
    expect(person.page.locator("#mails button")).to_have_count(0)


def test_my_data_shown_and_deleted(person: PageVisitor) -> None:
    """All that is kept is shown; deleted, the person is a stranger."""
    if "no name" in person.page.locator("#person option:checked").inner_text():
        person.page.locator("#newcomer").click()  # nothing is kept of somebody without a profile; the next one has one
        expect(person.page.locator("#person option:checked")).not_to_contain_text("no name")
    person.begin_flow("settings")
    person.tap_replies("My data", "Show my data")
    person.expect_bubble("This is what I keep about you")
    person.tap_replies("My data", "Delete my data", "Yes, delete it all")

    person.expect_bubble("Deleted. Goodbye")
    expect(person.person_panel).to_contain_text("Nothing. Everything was deleted, so there is no record.")
