"""The reasons that are offered for a command: codes, whose words are in the catalogue under ``staff.why.<code>``.

Data beside the rules (``reasons.json``). A reason in words of one's own is taken as well, up to 200 characters; the
record keeps the code or the words.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources


@cache
def reasons() -> dict[str, list[str]]:
    """By command, in the order in which they are shown; the last one is ``other``."""
    text = resources.files("models.incident").joinpath("reasons.json").read_text(encoding="utf-8")
    loaded: dict[str, list[str]] = json.loads(text)
    return loaded
