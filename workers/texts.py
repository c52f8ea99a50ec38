"""What a notice says: its sentence of the catalogue (``notices.json``), filled with what the notice carries."""

from __future__ import annotations

from models.actions.notices import Claimed
from models.clock import BEIJING
from models.texts.sentences import Language, Sentences, placeholders
from workers.channels.message import Message

# Templates whose secret is a code to type, not a link to open.
CODES = frozenset({"binding_code"})
# Whose link opens an accident.
TO_PARTIES = frozenset({"agreement", "determination", "annulled", "review_concluded"})
# Whose link opens a hazard, and stops these messages.
TO_FOLLOWERS = frozenset({"hazard_taken", "hazard_mended", "hazard_reopened", "hazard_ended"})
TO_OFFICERS = frozenset(
    {
        "nobody_on_duty", "still_waiting", "nobody_accepted", "officer_left", "watched_vehicle",
        "transferred", "not_confirmed", "panic", "grave", "review_requested",
    }
)  # fmt: skip


class UnknownTemplate(ValueError):
    """No language has a text of this name."""


def write(notice: Claimed, public_url: str, sentences: Sentences) -> Message:
    """The message of a notice in the words of ``sentences``, those of its city. Raises UnknownTemplate."""
    return Message(
        zh=_fill("zh", notice, sentences),
        en=_fill("en", notice, sentences),
        link=_link(notice, public_url.rstrip("/")),
    )


def _link(notice: Claimed, public_url: str) -> str | None:
    if notice.template in TO_OFFICERS:
        return f"{public_url}/officer"
    if notice.secret is None or notice.template in CODES:
        return None
    page = "a" if notice.template in TO_PARTIES else "h" if notice.template in TO_FOLLOWERS else "o"
    return f"{public_url}/{page}/{notice.secret}"


def _fill(language: Language, notice: Claimed, sentences: Sentences) -> str:
    key = f"notice.{notice.template}"
    if not sentences.has(language, key):
        raise UnknownTemplate(notice.template)
    chinese, english = notice.district or ("", "")
    reason = f"notice.reason.{notice.params.get('reason')}"
    given = {
        "plate": "",
        **notice.params,
        "platform": notice.platform,
        "district": chinese if language == "zh" else english,
        "reason": sentences.say(language, reason) if sentences.has(language, reason) else "",
        "kind": sentences.say(language, f"notice.kind.{notice.params.get('kind', 'move_car')}"),
        "code": notice.secret or "" if notice.template in CODES else "",
        "by": "" if notice.respond_by is None else f"{notice.respond_by.astimezone(BEIJING):%H:%M}",
    }
    if missing := placeholders(sentences.say(language, key)) - given.keys():
        raise KeyError(*sorted(missing))
    return sentences.say(language, key, given)
