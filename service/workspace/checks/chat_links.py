"""Checks the links of mails into the chat: each begins a flow that is there."""

import re
from collections.abc import Iterator, Mapping

from domain.referral_codes import read_ref
from domain.workspace_config import WorkspaceConfig
from flows.compiled.catalog import FlowCatalog
from flows.language.read_files import list_flow_names
from language.findings import Finding, suggest_name

_CHAT_LINK = re.compile(r"""\bchat\(\s*['"](?P<flow>[^'"]*)['"]\s*\)|chat_url\s*\}\}/?\?ref=(?P<ref>[^"'\s&<>{}]*)""")
"""A link of a mail into the chat: by the name of a flow, or by hand."""
_NO_PAGE_NAME = "This mail links into the chat, and doorstep.yaml does not name your Page."


def check_chat_links(config: WorkspaceConfig, catalog: FlowCatalog, files: Mapping[str, str]) -> Iterator[Finding]:
    """Yield the links of mails into the chat that begin no flow: ``{{ chat('feedback') }}`` and ``?ref=feedback``."""
    # Flows with errors are missing in the catalog, and are told by their own findings.
    known = {*catalog.links, *catalog.ref_names}
    written = known | (list_flow_names(files) - catalog.flows.keys())
    for name, text in files.items():
        for match in _CHAT_LINK.finditer(text) if name.startswith("emails/") else ():
            flow = match["flow"] or match["ref"]
            if read_ref(flow)[0] in written:
                problem = () if config.page_username else ("no-page-name", _NO_PAGE_NAME, "page_username: AmselTea")
            elif flow in catalog.flows:
                message = f"“{flow}” begins by no link: only other flows call it."
                problem = ("unknown-flow", message, f"Give it a link of its own: start: {{links: [{flow}]}}.")
            else:
                hint = suggest_name(flow, known)
                problem = ("unknown-flow", f"There is no flow and no link “{flow[:60]}”.", hint)
            if problem:
                at = match.start("flow") if match["flow"] else match.start("ref")
                line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
                code, message, hint = problem
                yield Finding(file=name, line=line, column=column, code=code, message=message, hint=hint)
