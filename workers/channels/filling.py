"""What stands in the fields of a provider's template: pieces of a notice, by the names of ``FILLINGS``."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from models.actions.notices import Claimed
from models.clock import BEIJING
from models.store import Store
from workers.channels.message import Message

NOTHING = "—"  # providers take no empty field


def filled(fields: Mapping[str, str], store: Store, notice: Claimed, message: Message) -> dict[str, str]:
    """Each field of ``fields`` (its name to what it is filled with), in Chinese."""
    pieces = pieces_of(store, notice, message)
    return {name: pieces[filling] or NOTHING for name, filling in fields.items()}


def pieces_of(store: Store, notice: Claimed, message: Message) -> dict[str, str]:
    link = "" if message.link is None else urlsplit(message.link).path.lstrip("/")
    token = link.rpartition("/")[2]
    half = (len(token) + 1) // 2
    return {
        "text": spoken(message.zh),
        "reason": _reason(store, notice) or spoken(message.zh),
        "plate": str(notice.params.get("plate") or ""),
        "time": f"{(notice.respond_by or notice.due_at).astimezone(BEIJING):%H:%M}",
        "place": notice.district[0] if notice.district else notice.platform,
        "platform": notice.platform,
        "link": link,
        "token": token,
        "token1": token[:half],
        "token2": token[half:],
    }


def spoken(text: str) -> str:
    """The sentence without the name before it, which the account bears, and without what leads to a link."""
    _, _, rest = text.rpartition("】") if text.startswith("【") else ("", "", text)
    return rest.rstrip("：: ")


def _reason(store: Store, notice: Claimed) -> str:
    words, key = store.texts.of(notice.city), f"notice.reason.{notice.params.get('reason')}"
    return words.say("zh", key) if words.has("zh", key) else ""
