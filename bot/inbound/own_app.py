"""Which app we are: known from a setting, else learned from the echoes of our own messages."""

from collections.abc import Callable

from bot.thread_control import INBOX_APP_ID, Echo
from domain.keyring import Keyring
from domain.private_replies import reply_id_prefix


def _no_other_app(_: str) -> bool:
    return False


class OwnApp:
    """Our app on each Page."""

    def __init__(self, keys: Keyring, app_id: str = "", is_other_app: Callable[[str], bool] = _no_other_app) -> None:
        """Use this app id, or learn it if empty.  For Pages with an app of their own it is always learned."""
        self._is_other_app = is_other_app
        self._keys = keys
        self._configured = app_id
        self._learned: dict[str, str] = {}

    def is_ours(self, echo: Echo) -> bool:
        """Return True if we sent this: its metadata names the record or the Page, or its app id is ours."""
        # Metadata of messages begins with the recipient's record, and that of private replies with a keyed id of the
        # Page, since the recipient was not known when they were sent.
        marks = (self._keys.subscriber_id(echo.page, echo.psid), reply_id_prefix(self._keys, echo.page))
        if echo.metadata.startswith(marks):
            if echo.app_id:
                self._learned[echo.page] = echo.app_id
            return True
        return bool(echo.app_id) and self.is_our_app(echo.page, echo.app_id) is True

    def is_our_app(self, page: str, app: str) -> bool | None:
        """Return True if this is our app's id on that Page; None if ours is not known yet, or ``app`` is empty."""
        configured = "" if self._is_other_app(page) else self._configured
        our_id = configured or self._learned.get(page, "")
        if not app:
            return None
        if our_id:
            return app == our_id
        return False if app == INBOX_APP_ID else None  # the inbox is never us, whichever app we are
