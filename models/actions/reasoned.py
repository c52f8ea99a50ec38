"""What is done with a reason: the reason is there, and no longer than the record keeps.

Leaves to others: which reasons may be chosen (``models.incident.reasons``).
"""

from __future__ import annotations

from models.errors import InvalidField

LONGEST_REASON = 200  # characters


def given_reason(reason: str, *, shortest: int = 1) -> str:
    """The reason without the blanks around it. Raises InvalidField for none, or one that is too short or too long."""
    reason = reason.strip()
    if len(reason) < shortest:
        raise InvalidField(field="reason", why="required")
    refuse_longer(reason)
    return reason


def refuse_longer(reason: str) -> None:
    """Raises InvalidField for a reason that is longer than it may be."""
    if len(reason) > LONGEST_REASON:
        raise InvalidField(field="reason", why="too_long", limit=LONGEST_REASON)
