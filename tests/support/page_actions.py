"""What a person does in the playground, and what they look at."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import FrameLocator, Locator, Page, ViewportSize, expect

WIDE: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


@dataclass(frozen=True, kw_only=True)
class RunningDemo:
    """Where the demo listens and keeps its workspace."""

    url: str
    workspace: Path


@dataclass(frozen=True, kw_only=True)
class PageVisitor:
    """Somebody who plays one person."""

    page: Page

    def begin_flow(self, flow: str, *, by_link: bool = False) -> None:
        """Begin a flow by the list of all: by its word, or by its link or ad."""
        self.page.locator("#begin").click()
        line = self.page.locator(f'#starts [data-flow="{flow}"]')
        line.locator("button").nth(1 if by_link else 0).click()

    def type_texts(self, *texts: str) -> None:
        """Type texts, each one sent."""
        for text in texts:
            self.page.locator("#message").fill(text)
            self.page.locator("#message").press("Enter")

    def tap_replies(self, *labels: str) -> None:
        """Tap quick replies, one after another."""
        for label in labels:
            self.page.locator("#offers").get_by_role("button", name=label, exact=True).click()

    def give_address(self) -> None:
        """Tap the address that the profile offers."""
        self.page.locator("#offers").get_by_role("button", name="@example.com").click()

    def expect_bubble(self, text: str | re.Pattern[str]) -> None:
        """Wait until the newest bubbles say this."""
        expect(self.page.locator("#chat .bubble", has_text=text).last).to_be_visible()

    def expect_mails(self, count: int) -> None:
        """Wait until the inbox holds so many."""
        expect(self.page.locator("#mails button")).to_have_count(count)

    def type_code(self) -> None:
        """Type the code that the newest mail carries in its subject."""
        subject = self.page.locator("#mails .line b").first
        expect(subject).to_have_text(re.compile(r"\d{6}"))
        code = re.search(r"\d{6}", subject.text_content() or "")
        assert code
        self.type_texts(code[0])

    def open_mail(self, subject: str | re.Pattern[str]) -> FrameLocator:
        """Open a mail by its subject; return what is in it."""
        self.page.locator("#mails button", has_text=subject).first.click()
        expect(self.page.locator("#reading h3")).to_contain_text(subject)
        return self.page.frame_locator("#reading iframe")

    def expect_in_file(self, name: str, text: str) -> None:
        """See what is in a file that came with the open mail."""
        self.page.locator("#reading .view").get_by_role("radio", name=name).click()
        expect(self.page.locator("#reading pre")).to_contain_text(text)

    def choose_box(self, box: Literal["team", "own"]) -> None:
        """Look into the team's mails, or back into one's own."""
        self.page.locator(f'#boxes [data-value="{box}"]').click()

    def move_clock(self, *, days: int = 0, hours: int = 0) -> None:
        """Move the clock."""
        for step, times in (("24", days), ("1", hours)):
            for _ in range(times):
                self.page.locator(f'[data-hours="{step}"]').click()

    def choose_panel(self, panel: str) -> None:
        """Choose a panel by its tab, as on a phone."""
        self.page.locator(".tabs").get_by_role("button", name=panel).click()

    @property
    def person_panel(self) -> Locator:
        """What Doorstep knows."""
        return self.page.locator("#known")
