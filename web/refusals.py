"""A refusal as an answer: the stable code, a sentence in the caller's language, and when to try again."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Any

from models.clock import BEIJING, iso
from models.errors import InvalidField, Unauthenticated, WufenError
from models.texts.sentences import Language, Sentences
from web.answers import Answer


def refusal(error: WufenError, language: Language, sentences: Sentences, now: datetime) -> Answer:
    """The answer to a request that met ``error``."""
    body: dict[str, Any] = {"code": error.code, "message": message(error, language, sentences, now)}
    if error.field is not None:
        body["field"] = error.field
    if error.retry_at is not None:
        body["retry_at"] = iso(error.retry_at)
    body |= {name: value for name, value in error.params.items() if name not in body}
    return Answer({"error": body}, error.status, _headers(error, now))


def message(error: WufenError, language: Language, sentences: Sentences, now: datetime) -> str:
    """The sentence of the catalogue; for a field the more exact one where there is one."""
    key = next(key for key in _keys(error) if sentences.has(language, key) or key == f"errors.{error.code}")
    params = dict(error.params)
    if error.field is not None:
        params["field"] = error.field
    if error.retry_at is not None:
        params["retry_at"] = _wall_time(error.retry_at, now)
        params["minutes"] = max(1, math.ceil((error.retry_at - now).total_seconds() / 60))
    return sentences.say(language, key, params)


def _keys(error: WufenError) -> list[str]:
    """From the most exact sentence to the one that always fits."""
    base, why = f"errors.{error.code}", error.params.get("why", "")
    if not isinstance(error, InvalidField):
        keys = [f"{base}.{why}", base]
    else:
        keys = [f"{base}.{error.field}.{why}", f"{base}.{error.field}", f"{base}.{why}", base]
    # "0 tries left" helps nobody: what matters then is when or how it goes on.
    return [f"{key}.last" for key in keys] + keys if error.params.get("remaining") == 0 else keys


def _wall_time(instant: datetime, now: datetime) -> str:
    there, here = instant.astimezone(BEIJING), now.astimezone(BEIJING)
    # Rounded up: at the minute that is named it works.
    there += timedelta(seconds=(60 - there.second) % 60)
    return there.strftime("%H:%M" if there.date() == here.date() else "%m-%d %H:%M")


def _headers(error: WufenError, now: datetime) -> dict[str, str]:
    if isinstance(error, Unauthenticated):
        return {"www-authenticate": "Bearer"}
    if error.retry_at is not None:
        return {"retry-after": str(max(1, math.ceil((error.retry_at - now).total_seconds())))}
    return {"retry-after": "1"} if error.status == 503 else {}
