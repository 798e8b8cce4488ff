"""axe in Chromium: each mail wide and narrow, in the light and in the dark scheme."""

import shutil
from collections.abc import Mapping

from playwright.sync_api import Error, Page, sync_playwright

from bench.judges.ask_node import MODULES, require_modules
from bench.judges.verdict import JudgeMissingError, Verdict

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
WIDTHS = (800, 390)
SCHEMES = ("light", "dark")


def look_at(html: Mapping[str, str]) -> Verdict:
    """Ask axe about each mail; each violation is a finding, with the first place where it was seen."""
    require_modules()
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        message = "make chromium"
        raise JudgeMissingError(message)
    findings: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for width in WIDTHS:
            page = browser.new_page(viewport={"width": width, "height": 900})
            # Pictures come from the service, which does not run here.
            page.route("**/*", lambda route: route.abort())
            findings += [found for name, text in html.items() for found in _look_in_both(page, name, text, width)]
            page.close()
        browser.close()
    return Verdict(asked=len(html) * len(WIDTHS) * len(SCHEMES), findings=findings)


def _look_in_both(page: Page, name: str, text: str, width: int) -> list[str]:
    findings: list[str] = []
    page.set_content(text)
    page.add_script_tag(path=MODULES / "axe-core" / "axe.min.js")
    for scheme in SCHEMES:
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        try:
            found = page.evaluate("axe.run().then(r => r.violations.map(v => [v.id, v.nodes[0].target.join(' ')]))")
        except Error as error:
            found = [["not asked", str(error)[:100]]]
        findings += [f"{name} ({width} px, {scheme}): {rule} at {place}" for rule, place in found]
    return findings
