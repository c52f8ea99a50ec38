"""The texts of notices, one file per language; what a notice says is decided here and nowhere else."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

from models.actions.notices import Claimed
from models.clock import BEIJING
from workers.channels.message import Message

# Templates whose secret is a code to type, not a link to open.
CODES = frozenset({"binding_code"})
TO_OFFICERS = frozenset({"nobody_on_duty", "still_waiting", "nobody_accepted"})


class UnknownTemplate(ValueError):
    """No language has a text of this name."""


@cache
def _texts(language: str) -> dict[str, str]:
    text = resources.files(__package__).joinpath(f"{language}.json").read_text("utf-8")
    texts: dict[str, str] = json.loads(text)
    return texts


def write(notice: Claimed, public_url: str) -> Message:
    """The message of a notice. Raises UnknownTemplate."""
    return Message(zh=_fill("zh", notice), en=_fill("en", notice), link=_link(notice, public_url.rstrip("/")))


def _link(notice: Claimed, public_url: str) -> str | None:
    if notice.template in TO_OFFICERS:
        return f"{public_url}/officer"
    if notice.secret is None or notice.template in CODES:
        return None
    return f"{public_url}/o/{notice.secret}"


def _fill(language: str, notice: Claimed) -> str:
    texts = _texts(language)
    template = texts.get(f"notice.{notice.template}")
    if template is None:
        raise UnknownTemplate(notice.template)
    chinese, english = notice.district or ("", "")
    return template.format_map(
        {
            "plate": "",
            **notice.params,
            "platform": notice.platform,
            "district": chinese if language == "zh" else english,
            "reason": texts.get(f"reason.{notice.params.get('reason')}", ""),
            "code": notice.secret if notice.template in CODES else "",
            "by": "" if notice.respond_by is None else f"{notice.respond_by.astimezone(BEIJING):%H:%M}",
        }
    )
