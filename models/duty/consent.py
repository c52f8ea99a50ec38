"""Consent to positions: which wording counts, and what an officer's answers add up to. Pure.

Where somebody is is sensitive (个人信息保护法 art. 28–30): the purpose is shown, the answer is recorded with the
wording's version and its instant, and can be taken back. Who was never asked by this service is a caller of another
client that asked by itself; who said no has no position here, whatever his phone sends.
"""

from __future__ import annotations

from typing import Literal

# Another wording of the catalogue's ``officer.position.*`` is another version: everybody is asked again.
VERSION = "1"
Consent = Literal["unasked", "given", "refused"]


def standing(version: str | None, given: bool | None) -> Consent:
    """What the newest answer is worth: a refusal of any wording counts, agreement only to the present one."""
    if version is None:
        return "unasked"
    if not given:
        return "refused"
    return "given" if version == VERSION else "unasked"


def may_locate(consent: Consent) -> bool:
    """Whether a position that a phone sends is taken."""
    return consent != "refused"
