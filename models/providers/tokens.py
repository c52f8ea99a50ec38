"""What a provider gives for some hours."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the provider gave, and for how many seconds it is good."""

    value: str = field(repr=False)
    seconds: int
