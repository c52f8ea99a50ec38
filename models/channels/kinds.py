"""The channels that the program can speak, and what a city has to say for each before it does.

A new one adds a row here, its client in ``workers.channels`` and its words in the catalogue (``channels.json``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

# Whom a channel reaches: someone with a phone (owners, reporters, parties), someone of the staff, another system.
Audience = Literal["people", "staff", "systems"]

# A provider's address: encrypted, or a program on the same machine.
ENDPOINT = re.compile(r"https://[!-~]{1,180}|http://(127\.0\.0\.1|localhost)(:\d+)?[!-~]{0,150}")
_WORD = re.compile(r"[!-~]{1,120}")
_TEXT = re.compile(r"[^\x00-\x1f]{1,120}")


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a city says of a channel. ``secret``: sealed, and never shown again."""

    name: str
    secret: bool = False
    required: bool = True
    pattern: re.Pattern[str] = _WORD


@dataclass(frozen=True, slots=True)
class Kind:
    """``recognises``: asked twice under one key, it tells the person once, so that whatever is in doubt is asked again.

    Of the others a call that got no answer is ``unknown``, and never simply repeated. ``timeout_seconds`` is what
    one call may take unless the city says otherwise; ``a_minute`` how many calls of one city the provider is asked at
    most, None without such a bound.
    """

    name: str
    audience: Audience
    recognises: bool
    fields: tuple[Field, ...]
    timeout_seconds: float = 5.0
    a_minute: int | None = None


_ALL = (
    # Stands for phones where none can be reached: the embedded default, refused in production.
    Kind("simulator", "people", recognises=True, fields=()),
    Kind(
        "wechat",
        "people",
        recognises=False,
        fields=(
            Field("app_id"),
            Field("app_secret", secret=True),
            # Of the account's page for servers: for callbacks, and whether these come encrypted.
            Field("token", secret=True, required=False),
            Field("aes_key", secret=True, required=False, pattern=re.compile(r"[A-Za-z0-9]{43}")),
            # The platform's ids of the two kinds of messages, and their fields (``models.wechat.setup``).
            Field("template", required=False),
            Field("template_fields", required=False),
            Field("subscription", required=False),
            Field("subscription_fields", required=False),
            Field("scope", required=False, pattern=re.compile("base|userinfo")),
            Field("endpoint", required=False, pattern=ENDPOINT),
            Field("door", required=False, pattern=ENDPOINT),
        ),
    ),
    Kind(
        "sms",
        "people",
        recognises=False,
        fields=(
            Field("access_key_id"),
            Field("access_key_secret", secret=True),
            Field("sign_name", pattern=_TEXT),
            # The platform's codes of two templates, and their variables (``models.aliyun.setup``).
            Field("template", required=False),
            Field("template_fields", required=False),
            Field("code_template", required=False),
            # What the platform's reports have to bring along (``/aliyun/sms/<city>?key=…``).
            Field("report_key", secret=True, required=False, pattern=re.compile(r"[A-Za-z0-9_-]{20,120}")),
            Field("endpoint", required=False, pattern=ENDPOINT),
        ),
    ),
    Kind(
        "call",
        "people",
        recognises=False,
        fields=(
            Field("access_key_id"),
            Field("access_key_secret", secret=True),
            # What is spoken to the owner, and the number that he sees.
            Field("template", required=False),
            Field("template_fields", required=False),
            Field("shown_number", required=False),
            # The pool of numbers by which requesters and officers reach him themselves.
            Field("pool_key", required=False),
            Field("endpoint", required=False, pattern=ENDPOINT),
            Field("numbers_endpoint", required=False, pattern=ENDPOINT),
        ),
        timeout_seconds=8.0,
    ),
    Kind(
        "wecom",
        "staff",
        recognises=False,
        fields=(
            # A group's robot; or an application, which tells each officer under his service number.
            Field("robot_key", secret=True, required=False),
            Field("corp_id", required=False),
            Field("agent_id", required=False, pattern=re.compile(r"\d{1,12}")),
            Field("secret", secret=True, required=False),
            Field("endpoint", required=False, pattern=ENDPOINT),
        ),
    ),
    Kind("web_push", "staff", recognises=True, fields=(Field("subject", required=False),)),
    Kind(
        "webhook",
        "systems",
        recognises=True,
        fields=(Field("endpoint", pattern=ENDPOINT), Field("signing_key", secret=True)),
    ),
)

KINDS: dict[str, Kind] = {kind.name: kind for kind in _ALL}
