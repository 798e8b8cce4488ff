"""Fills a compiled mail for one person, in well under a millisecond.  Pure."""

import re
from dataclasses import dataclass

from jinja2 import TemplateError

from domain.effects import SendMail
from domain.keyring import Keyring
from domain.links.measured import list_measures
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from email_out.templates.catalog import MailCatalog
from email_out.templates.counted_links import write_links
from email_out.templates.finish_html import fold_long_lines
from email_out.templates.variables import MailScope, fill_variables

_GAPS = re.compile(r"\n{3,}")


class RenderError(Exception):
    """A mail cannot be rendered: its template or a value is missing.  The message names it; mend the workspace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedMail:
    """One mail as one person gets it."""

    to: str
    """The address."""
    subject: str
    html: str
    text: str
    unsubscribe_url: str
    """One-click address; empty on transactional mail."""
    counted: frozenset[str] = frozenset()
    """What is counted of it, see :mod:`domain.links.measured`."""


def render(  # noqa: PLR0917  everything that a mail depends on
    catalog: MailCatalog, mail: SendMail, record: Subscriber, config: WorkspaceConfig, keys: Keyring, public_url: str
) -> RenderedMail:
    """Return the mail for this person; the same arguments give the same mail.  Raises :class:`RenderError`."""
    template = catalog.find_template(mail.template, mail.language)
    if template is None:
        message = f"there is no mail “{mail.template}” in the workspace"
        raise RenderError(message)
    if mail.address not in record.addresses:
        message = "the address is no longer known"
        raise RenderError(message)
    scope = MailScope(mail=mail, record=record, config=config, keys=keys, public_url=public_url.rstrip("/"))
    try:
        values = fill_variables(template.variable_names, template.own_variables, scope)
        measures = list_measures(record, mail.topic, config) if mail.lane == "marketing" else frozenset[str]()
        html, counted = template.html.render(values), frozenset[str]()
        if config.is_measuring:
            html, counted = write_links(html, scope, measures)
        return RenderedMail(
            to=record.addresses[mail.address].email,
            # A value may bring line breaks along; in a subject they would be a second header.
            subject=" ".join(template.subject.render(values).split()),
            html=fold_long_lines(html),
            # An {% if %} that chose nothing leaves its empty lines behind.
            text=_GAPS.sub("\n\n", template.text.render(values)),
            unsubscribe_url=str(values.get("unsubscribe_url", "")),
            counted=counted,
        )
    except KeyError as error:  # from fill_variables: a flow or sequence did not give what the template declares
        message = f"the mail “{mail.template}” needs “{error.args[0]}”, which nobody gave"
        raise RenderError(message) from None
    except (TemplateError, TypeError, ValueError) as error:
        message = f"the mail “{mail.template}” cannot be filled ({type(error).__name__})"
        raise RenderError(message) from None
