"""What a provider's refusal means, whoever the provider is. None of it holds personal data, nor a secret."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Literal

Why = Literal["permanent", "unreachable", "transient", "limited", "setup", "unanswered"]


class ProviderFailure(Exception):
    """``reason`` is one of our words, ``code`` the provider's own."""

    why: ClassVar[Why] = "permanent"

    def __init__(self, reason: str, code: str | None = None) -> None:
        super().__init__(reason if code is None else f"{reason} ({code})")
        self.reason = reason
        self.code = code


class Permanent(ProviderFailure):
    """The same call would fail again, and any other of its content too."""


class Unreachable(ProviderFailure):
    """Not this person on this way: unfollowed, refused, a number that does not exist."""

    why = "unreachable"


class Transient(ProviderFailure):
    """Certainly not done; another try after a pause may do it."""

    why = "transient"


class Limited(ProviderFailure):
    """The provider wants us to wait for ``retry_after``."""

    why = "limited"

    def __init__(self, reason: str, code: str | None, retry_after: timedelta) -> None:
        super().__init__(reason, code)
        self.retry_after = retry_after


class Setup(ProviderFailure):
    """The account is not in order: nobody is reached until somebody mends it."""

    why = "setup"


class Unanswered(ProviderFailure):
    """It had left, and nobody knows whether it was done."""

    why = "unanswered"
