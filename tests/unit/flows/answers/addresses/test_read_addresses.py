"""Addresses in running text: taken whole, asked about, or not taken; never another one than was typed."""

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flows.answers.addresses.misspellings import suggest_domain
from flows.answers.addresses.read_addresses import find_email, read_addresses
from flows.answers.addresses.result import NoAddress, OneAddress, SeveralAddresses, SuggestedAddress
from flows.answers.addresses.top_level_domains import TOP_LEVEL_DOMAINS
from flows.answers.addresses.validity import validate_address
from flows.answers.addresses.vocabulary import PROVIDER_DOMAINS, WRONG_ENDINGS

MIA = "mia@example.com"

CERTAIN = {
    # Invisible signs, wherever a copy or a keyboard put them.
    "mia@example.com\u200b": MIA, "\u200emia@example.com\u200f": MIA, "\ufeffmia@example.com": MIA,
    "mia@exam\u2060ple.com": MIA, "mia@exam\u00adple.com": MIA, "\u202amia@example.com\u202c": MIA,
    "mia@example.com\ufe0f": MIA, "\u2068mia@example.com\u2069": MIA, "mia@example.com\u00a0": MIA,
    # Emoji, symbols and words of scripts without spaces.
    "😊mia@example.com": MIA, "mia@example.com😊": MIA, "mia@example.com❤️": MIA, "👍🏽mia@example.com👍🏽": MIA,
    "👩‍💻mia@example.com": MIA, "mia@example.com™": MIA, "mia@example.com²": MIA, "→mia@example.com←": MIA,
    "我的邮箱是mia@example.com": MIA, "我的email是mia@example.com谢谢": MIA, "メールはmia@example.comです。": MIA,
    "제 메일은 mia@example.com입니다": MIA, "почта:mia@example.com": MIA, "mia@example.comспасибо": MIA,
    # Full width.
    "ｍｉａ＠ｅｘａｍｐｌｅ．ｃｏｍ": MIA, "mia＠example.com": MIA, "mia@example．com": MIA,
    "E-Mail：mia@example.com": MIA,
    # Quotes, brackets, links, labels.
    "O’Brien@example.com": "O'Brien@example.com", "O'Brien@example.com": "O'Brien@example.com",
    "“O’Brien@example.com”": "O'Brien@example.com", "it’s mia@example.com": MIA, "‘mia@example.com’": MIA,
    "„mia@example.com“": MIA, "«mia@example.com»": MIA, "'mia@example.com'": MIA, '"mia@example.com"': MIA,
    "<mia@example.com>": MIA, "Mia Müller <mia@example.com>": MIA, "(mia@example.com)": MIA, "[mia@example.com]": MIA,
    "*mia@example.com*": MIA, "**mia@example.com**": MIA, "~mia@example.com~": MIA, "{mia@example.com}": MIA,
    "`mia@example.com`": MIA,
    "mailto:mia@example.com?subject=Hi": MIA, "mailto:mia%2Bnews@example.com": "mia+news@example.com",
    "MAILTO:mia%40example.com": MIA, "mia@example.com<mailto:mia@example.com>": MIA, "http://mia@example.com": MIA,
    "[mia@example.com](mailto:mia@example.com)": MIA, "email:mia@example.com": MIA, "Mail - mia@example.com": MIA,
    # Punctuation of any script.
    "mia@example.com.": MIA, "mia@example.com!": MIA, "mia@example.com، شكرا": MIA, "mia@example.com؛": MIA,
    "mia@example.com，谢谢": MIA, "mia@example.com。谢谢": MIA, "mia@example.com、": MIA, "mia@example.com！": MIA,
    "mia@example.com–danke": MIA, "mia@example.com — danke": MIA, "mia@example.com/": MIA, "mia@example.com;": MIA,
    "mia@example.com:": MIA, "mia@example.com, danke": MIA, "mia@example.com,danke": MIA, "mia@example.com…": MIA,
    "¿mia@example.com?": MIA, "mia@example.com. Danke": MIA,
    # Sentences.
    "it's mia@example.com!": MIA, "Meine Adresse lautet mia@example.com, danke": MIA, "Mia mia@example.com": MIA,
    "I meant mia@example.com": MIA,
    "hi, mia@example.com": MIA,
    "Here it is. mia@example.com": MIA, "Anna Mueller amueller@example.com": "amueller@example.com",
    "my name\nmia@example.com": MIA, "mia@example.com mia@example.com": MIA, "Mia@example.com, mia@example.com": MIA,
    "you can reach me best under mia@example.com in the evening": MIA,
    "mia\u2011anna@example.com": "mia-anna@example.com", "mia\\_anna@example.com": "mia_anna@example.com",
    # Addresses that look odd and are good.
    "_mia@example.com": "_mia@example.com", "mia_@example.com": "mia_@example.com", "müller@example.de":
    "müller@example.de", "用户@例子.广告": "用户@例子.广告", "mia@exämple.de": "mia@exämple.de", "a@b.co": "a@b.co",
    "mia+news@example.com": "mia+news@example.com", "MIA@EXAMPLE.COM": "MIA@example.com", "mia@ymail.com":
    "mia@ymail.com", "mia@mail.de": "mia@mail.de", "mia@yahoo.com.br": "mia@yahoo.com.br", "mia@firma.berlin":
    "mia@firma.berlin", "mia@hotmail.co.uk": "mia@hotmail.co.uk", "mia@gmx.net": "mia@gmx.net",
}  # fmt: skip
MEANT = {
    "mia@example.co m": MIA, "mia@ex.am ple.com": "mia@ex.ample.com", "mia%40example.com": MIA,
    "anna.m ueller@example.com": "anna.mueller@example.com", "anna, mueller@example.com": "mueller@example.com",
    "mia@mail.firma .de": "mia@mail.firma.de", "mia@example.co. uk": "mia@example.co.uk",
    "not mia@example.com": MIA, "nicht an mia@example.com": MIA, "mia@example.com is wrong": MIA,
    "mia@example.com stimmt nicht": MIA, "a. b@example.com": "a.b@example.com",
    "anna. mueller@example.com": "anna.mueller@example.com", "anna .mueller@example.com": "anna.mueller@example.com",
    "anna_ mueller@example.com": "anna_mueller@example.com", "anna,mueller@example.com": "anna.mueller@example.com",
    "anna。mueller@example.com": "anna.mueller@example.com", "anna–mueller@example.com": "anna-mueller@example.com",
    "anna mueller@example.com": "mueller@example.com", "mia @example.com": MIA, "mia@ example.com": MIA,
    "mia @ example.com": MIA, "mia@example,com": MIA, "mia@example, com": MIA, "mia@example. com": MIA,
    "mia@example .com": MIA, "mia@example com": MIA, "mia@example。com": MIA, "mia@example.co,uk": "mia@example.co.uk",
    "mia (at) example (dot) com": MIA, "mia at example dot com": MIA, "mia[at]example[dot]com": MIA,
    "mia(at)example.com": MIA, "mia ät gmx punkt de": "mia@gmx.de", "mia@gmx punkt net": "mia@gmx.net",
    "anna dot mueller at gmail dot com": "anna.mueller@gmail.com", "my email is mia at gmail dot com": "mia@gmail.com",
    "mia underscore m at example dot com": "mia_m@example.com", "mia at gmail.com": "mia@gmail.com",
    "mia@@example.com": MIA, "mia..b@example.com": "mia.b@example.com", ".mia@example.com": MIA,
    "mia.@example.com": MIA, "mia@.example.com": MIA, "mia@example..com": MIA, "ｍｉａ@example.com": MIA,
    "mia@exam\u200bple.com": MIA,
    "mia@example.com2": MIA, "mia@gmail": "mia@gmail.com", "mia@web": "mia@web.de", "mia@gmailcom": "mia@gmail.com",
    "user:pw@example.com": "pw@example.com",
}  # fmt: skip
SLIPS = {
    "mia@gmial.com": "mia@gmail.com", "mia@gmail.con": "mia@gmail.com", "mia@gnail.com": "mia@gmail.com",
    "mia@hotmial.com": "mia@hotmail.com", "mia@yaho.com": "mia@yahoo.com", "mia@web.ed": "mia@web.de",
    "mia@gmx.ed": "mia@gmx.de", "mia@googlemial.com": "mia@googlemail.com", "mia@googelmail.com": "mia@googlemail.com",
    "mia@t-online.d": "mia@t-online.de", "mia@icloud.co": "mia@icloud.com", "mia@gmail.de": "mia@gmail.com",
    "mia@gmal.con": "mia@gmail.com", "mia@gmail.com.com": "mia@gmail.com", "mia@www.gmail.com": "mia@gmail.com",
    "www.mia@gmail.com": "mia@gmail.com", "mia@example.con": MIA, "mia@example.comthanks": MIA,
    "mia@t.online.de": "mia@t-online.de", "mia@gamil.de": "mia@gmail.com", "mia@icould.com": "mia@icloud.com",
    "mia@outlok.de": "mia@outlook.de", "mia@hotmail.co": "mia@hotmail.com", "mia@gmxx.de": "mia@gmx.de",
    "mia@firma.ed": "mia@firma.de", "mia@wed.de": "mia@web.de", "mia@gmai.com": "mia@gmail.com",
}  # fmt: skip
WHICH = {
    "-mia@example.com": ("-mia@example.com", MIA), "`mia@example.com": ("`mia@example.com", MIA),
    "1. mia@example.com": (MIA, "1.mia@example.com"),
    "+mia@example.com": ("+mia@example.com", MIA), "email=mia@example.com": (MIA, "email=mia@example.com"),
    "_mia@example.com_": (MIA, "_mia@example.com"), "邮箱是123@qq.com": ("邮箱是123@qq.com", "123@qq.com"),
    "mia@example.com or leo@example.com": (MIA, "leo@example.com"), "leo@example.com,mia@example.com":
    ("leo@example.com", MIA), "mailto:mia@example.com,leo@example.com": (MIA, "leo@example.com"),
    "mia@gmial.com or leo@example.com": ("mia@gmail.com", "leo@example.com"),
}  # fmt: skip
NONE = {
    "": "", "no thanks": "", "meet me at example.com": "", "I am at home.de": "", "mia.example.com": "no_at",
    "mia@example": "no_dot", "mia@localhost": "no_dot", "mia@test": "no_dot", "mia@": "one_side",
    "@example.com": "one_side", "x" * 300 + "@example.com": "long", "mia@" + "x" * 250 + ".com": "long",
    "leo@mia@example.com": "two_ats", "mіa@example.com": "signs", "mia@my_domain.com": "signs",
    '"mia"@example.com': "one_side",
    "mia😊@example.com": "one_side", "hello@lists.mailjet.com": "list", "a@x.lists.mailjet.com": "list",
}  # fmt: skip


@pytest.mark.parametrize(("text", "email"), CERTAIN.items())
def test_an_address_is_taken_whole_whatever_stands_around_it(text: str, email: str) -> None:
    """Nobody is asked about what can mean one mailbox only."""
    reading = read_addresses(text)
    assert isinstance(reading, OneAddress)
    assert reading.email == email
    assert find_email(text) == email


@pytest.mark.parametrize(("text", "email"), MEANT.items())
def test_an_address_that_is_torn_or_spoken_is_asked_about(text: str, email: str) -> None:
    """What was meant is a guess, so nothing is mailed before a yes."""
    reading = read_addresses(text)
    assert isinstance(reading, SuggestedAddress)
    assert reading.email == email
    assert find_email(text) == ""


@pytest.mark.parametrize(("text", "email"), SLIPS.items())
def test_a_likely_slip_is_asked_about_and_may_be_insisted_on(text: str, email: str) -> None:
    """The reading holds both: what was meant, and what was typed."""
    assert read_addresses(text) == SuggestedAddress(email=email, reason="typo", typed=validate_address(text))


@pytest.mark.parametrize(("text", "emails"), WHICH.items())
def test_different_addresses_are_asked_about(text: str, emails: tuple[str, ...]) -> None:
    """Two addresses, and one that may end at a sign that addresses seldom hold."""
    assert read_addresses(text) == SeveralAddresses(emails=emails)


@pytest.mark.parametrize(("text", "problem"), NONE.items())
def test_where_no_address_can_be_used_the_reading_says_why(text: str, problem: str) -> None:
    """So that the reply can say what is wrong."""
    assert read_addresses(text) == NoAddress(problem=problem)  # type: ignore[arg-type]  # a literal behind a table


def test_an_ending_that_does_not_exist_is_asked_about_once() -> None:
    """The list of endings grows, so the person may insist."""
    email = "mia@firma.xyzzy"
    assert read_addresses(email) == SuggestedAddress(email=email, reason="typo", typed=email)


def test_the_tables_of_slips_hold_no_real_domain() -> None:
    """No provider's domain is questioned, and no wrong ending is one that exists."""
    assert [domain for domain in PROVIDER_DOMAINS if suggest_domain(domain)] == []
    assert not WRONG_ENDINGS.keys() & TOP_LEVEL_DOMAINS
    assert set(WRONG_ENDINGS.values()) <= TOP_LEVEL_DOMAINS


ATEXT = string.ascii_letters + string.digits + "!#$%&'*+/=?^_`{|}~-"
LOCALS = st.lists(st.text(alphabet=ATEXT, min_size=1, max_size=12), min_size=1, max_size=3).map(".".join)
DOMAINS = st.sampled_from(["example.com", "gmail.com", "mail.example.co.uk", "web.de", "gmx.net", "bücher.example"])
BEFORE = st.sampled_from([
    "", " ", "my address is ", "it's ", "E-Mail: ", "E-Mail：", "😊", "我的邮箱是", "\u200b", "\u200e", "\ufeff", "<",
    "(", "“", "„", "«", "mailto: ", "Mail - ", "→", "hi, ", "\n", "anna. ", "anna, ", "anna ", "anna,", "anna; ",
    "anna–", "‘", "anna.\u200b", "！", "anna。", "http://", "メール：", "ok 👍 ",
])  # fmt: skip
AFTER = st.sampled_from([
    "", " ", ".", "!", ", thanks", "，谢谢", "、", "،", "؛", "！", "–danke", " — danke", "/", ";", ":", "😊", "❤️",
    "です",
    "입니다", "\u200b", "\u200f", "\ufeff", ">", ")", "”", "“", "»", "?subject=Hi", ". Danke", " or not", "\n", "…",
    "’", " .", "\u2060", "。", "™", ",danke", "?",
])  # fmt: skip


def _emails(text: str) -> set[str]:
    match read_addresses(text):
        case OneAddress(email=email):
            return {email}
        case _:
            return set()


@given(LOCALS, DOMAINS, BEFORE, AFTER)
@example("_mia", "example.com", "", "")
@example("`mia", "example.com", "", "")
@example("//mia", "example.com", "😊", "")
@example("mia'", "example.com", "‘", "’")
@example("%aD#", "example.com", "mailto: ", "")
def test_no_other_address_is_ever_taken_out_of_a_text(local: str, domain: str, before: str, after: str) -> None:
    """For any valid local part and any surroundings: the whole address, a question, or nothing."""
    typed = validate_address(f"{local}@{domain}")
    assert typed
    assert _emails(f"{before}{local}@{domain}{after}") <= {typed}


@given(LOCALS, DOMAINS, st.data())
def test_no_space_or_invisible_sign_within_an_address_makes_another_of_it(
    local: str, domain: str, data: st.DataObject
) -> None:
    """Wherever a keyboard puts one: the whole address, a question, or nothing."""
    address = f"{local}@{domain}"
    place = data.draw(st.integers(1, len(address) - 1))
    sign = data.draw(st.sampled_from(["\u200b", "\u00ad", "\u2060", "\ufeff", "\u200d"]))
    assert _emails(address[:place] + sign + address[place:]) <= {validate_address(address)}


@given(
    st.from_regex(r"[a-z]{2,8}([._-][a-z0-9]{1,8}){0,2}", fullmatch=True), DOMAINS, st.sampled_from(["\u200b", "", "."])
)
def test_a_usual_address_is_taken_without_a_question(local: str, domain: str, after: str) -> None:
    """People with usual addresses are never asked."""
    typed = f"{local}@{domain}"
    assert _emails(f"{typed}{after}") == {typed} or typed.startswith("www.")


@given(st.text(max_size=200))
@example("@" * 50)
@example("a@" * 50)
def test_reading_never_fails_and_gives_only_valid_addresses(text: str) -> None:
    """Whatever is typed."""
    match read_addresses(text):
        case OneAddress(email=email) | SuggestedAddress(email=email):
            emails: tuple[str, ...] = (email,)
        case SeveralAddresses(emails=several):
            emails = several
        case _:
            emails = ()
    assert all(validate_address(email) == email for email in emails)


@pytest.mark.parametrize(
    "text",
    [
        "mia<meyer@example.com", 'mia"meyer@example.com', "mia(meyer@example.com", "anything but mia@example.com",
        "mia@example.com/leo@example.com", "alles außer mia@example.com", 'x"\nmia @',
        f"{'a' * 65}=leo@example.com", "\u0301mia/leo@example.com",
    ],
)  # fmt: skip
def test_a_piece_of_a_longer_text_is_asked_about(text: str) -> None:
    """A bracket that is never closed, a second @ and an exception make every address doubtful."""
    assert find_email(text) == ""


@pytest.mark.parametrize("text", ["Mia<mia@example.com>", 'email"mia@example.com"', "mia(mia@example.com)"])
def test_what_is_closed_again_surrounds_an_address(text: str) -> None:
    """Address books glue the name to the bracket."""
    assert find_email(text) == "mia@example.com"
