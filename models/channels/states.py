"""What is known of one notice on one channel, and in which order that may become more."""

from __future__ import annotations

from typing import Literal

# queued: it waits for its time or its next try. sent: the provider took it. delivered: the provider says that it
# arrived. seen: its link was opened. answered: the person did what was asked. failed: it did not arrive, with a
# reason. unknown: it was handed over and nobody can know whether it was taken. cancelled: no longer worth sending.
State = Literal["queued", "sent", "delivered", "seen", "answered", "failed", "unknown", "cancelled"]

# The person was told, as far as anybody can say.
TOLD: tuple[State, ...] = ("sent", "delivered", "seen", "answered")
_ORDER: tuple[str, ...] = ("queued", "unknown", "sent", "failed", "delivered", "seen", "answered")


def is_news(known: str, reported: str) -> bool:
    """Whether ``reported`` says more than is known. Reports come late, twice and in any order; who has seen a

    notice has got it, whatever a report says, and what was cancelled stays so unless it arrived after all.
    """
    if known == "cancelled":
        return reported in ("delivered", "seen", "answered")
    if reported == "cancelled":
        return known == "queued"
    return _ORDER.index(reported) > _ORDER.index(known)
