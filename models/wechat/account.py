"""What one official account is: its names, its secrets, and where the platform is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

API = "https://api.weixin.qq.com"
OPEN = "https://open.weixin.qq.com"
_APP_ID = re.compile(r"[A-Za-z0-9_]{6,40}")


@dataclass(frozen=True, slots=True)
class Account:
    """``token`` and ``aes_key`` (43 characters) are those of the server's configuration for callbacks; without the
    second, messages come in plain text. ``templates``: our template's name to the platform's id and its fields.
    """

    app_id: str
    app_secret: str = field(repr=False)
    token: str = field(default="", repr=False)
    aes_key: str = field(default="", repr=False)
    api: str = API
    open: str = OPEN
    templates: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        if not _APP_ID.fullmatch(self.app_id):
            raise ValueError("an app id is 6 to 40 letters, digits and underscores")
        if self.aes_key and len(self.aes_key) != 43:
            raise ValueError("an EncodingAESKey has 43 characters")
