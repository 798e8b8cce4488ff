"""Which app we are: told by a setting, else learned from the echoes of our own messages."""

from collections.abc import Callable

from bot.thread_control import INBOX, Echo
from domain.keyring import Keyring
from domain.private_replies import page_mark


def _nowhere(_: str) -> bool:
    return False


class OwnApp:
    """Our app on each Page."""

    def __init__(self, keys: Keyring, app_id: str = "", elsewhere: Callable[[str], bool] = _nowhere) -> None:
        """Know the app's id, or learn it; of the Pages that another app of ours serves it is always learned."""
        self._elsewhere = elsewhere
        self._keys = keys
        self._told = app_id
        self._learned: dict[str, str] = {}

    def wrote(self, echo: Echo) -> bool:
        """Tell whether we sent this: by its metadata, which names the record or the Page, or by our app's id."""
        marks = (self._keys.subscriber_id(echo.page, echo.psid), page_mark(self._keys, echo.page))
        if echo.metadata.startswith(marks):
            if echo.app_id:
                self._learned[echo.page] = echo.app_id
            return True
        return bool(echo.app_id) and self.is_app(echo.page, echo.app_id) is True

    def is_app(self, page: str, app: str) -> bool | None:
        """Tell whether this is our app's id on that Page; None: neither told nor learned yet, or no id was given."""
        told = "" if self._elsewhere(page) else self._told
        own = told or self._learned.get(page, "")
        if not app:
            return None
        if own:
            return app == own
        return False if app == INBOX else None
