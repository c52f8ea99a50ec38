"""What is wrong with a chain, in a word and two places; and the sentence that an operator reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

What = Literal[
    "changed",  # does not follow from the row before it: it was changed, or that one together with its hash
    "hash_changed",  # only what is kept as its hash
    "missing",
    "inserted",  # and what came after it is numbered anew
    "moved",  # stood ``by`` places before
    "rewritten",  # follows in itself, and is not what was signed
    "cut_off",  # the end is missing
    "beyond",  # comes after what the chain's head says is the last
    "head",  # the head keeps another hash than the last row has
    "outside",  # has no place in the chain
    "unsealed",  # carry no hash, and nothing after them that does
    "cleared_early",  # the beginning was cleared away before its time
    "forged",  # an anchor whose signature, number or predecessor is not right
    "unreadable",
]
_SENTENCES: dict[What, str] = {
    "changed": "{rows} {was} changed, or what stands before together with its hash",
    "hash_changed": "{rows} {was} not changed, but the hash kept with it was",
    "missing": "{rows} {is_} missing",
    "inserted": "{rows} {was} put in between, and what follows numbered anew",
    "moved": "{rows} stood at {origin}",
    "rewritten": "something of {rows} was rewritten together with all hashes after it: {by} says otherwise",
    "cut_off": "{rows} {is_} cut off the end",
    "beyond": "{rows} {comes} after the head",
    "head": "the head keeps another hash than {rows} has",
    "outside": "{rows} {has} no place in the chain",
    "unsealed": "{rows} {has} no hash, and nothing with one follows",
    "cleared_early": "{rows} {was} cleared away before six months were over",
    "forged": "{rows} {is_} not what was signed: {by}",
    "unreadable": "{rows} cannot be read: {by}",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """``chain``: a district's code, ``audit`` or ``anchors``; ``first`` to ``last`` are places in it."""

    chain: str
    what: What
    first: int
    last: int
    moved: int = 0  # by how many places
    by: str = ""  # which anchor says so, or what is wrong

    def __str__(self) -> str:
        one = self.first == self.last
        origin = f"{self.first - self.moved}" + ("" if one else f" to {self.last - self.moved}")
        said = _SENTENCES[self.what].format(
            rows=f"row {self.first}" if one else f"rows {self.first} to {self.last}",
            was="was" if one else "were",
            is_="is" if one else "are",
            has="has" if one else "have",
            comes="comes" if one else "come",
            origin=origin,
            by=self.by,
        )
        return f"{self.chain}: {said}"
