"""What a channel is given to deliver, and how it says that it cannot."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Message:
    """The text in both languages (a phone's language is not known), and the link, if there is one."""

    zh: str
    en: str
    link: str | None = field(default=None, repr=False)


class Refused(Exception):
    """Not delivered. ``final``: another try would not help. ``reason`` is for operators, without personal data."""

    def __init__(self, reason: str, *, final: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.final = final
