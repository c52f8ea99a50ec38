"""The order of the log as one hub has followed it: which entry comes next, which is early, which is a repeat.

Pure. Offsets of a sequence are 1, 2, 3 … without holes; an entry that is early waits for its predecessors.
"""

from __future__ import annotations

from collections.abc import Mapping

from models.feed.entries import Entry
from models.queries.log import Heads

MOST_EARLY = 1_000  # entries of a sequence that may wait; the log has them all anyway


class Sequences:
    """Begins where ``heads`` stand."""

    def __init__(self, heads: Heads) -> None:
        self.epoch = heads.epoch
        self.known: dict[str, int] = dict(heads.offsets)
        self._early: dict[str, dict[int, Entry]] = {}

    @property
    def waiting(self) -> bool:
        """Whether an early entry waits for one that has not come."""
        return bool(self._early)

    def take(self, entry: Entry) -> list[Entry]:
        """The entries that are next now, in order; empty for a repeat and for one that has to wait."""
        district, offset = entry.district, entry.offset
        known = self.known.get(district, 0)
        if offset <= known:
            return []
        if offset > known + 1:
            early = self._early.setdefault(district, {})
            if len(early) < MOST_EARLY:
                early[offset] = entry
            return []
        ready = [entry, *self._released(district, offset)]
        self.known[district] = ready[-1].offset
        return ready

    def _released(self, district: str, offset: int) -> list[Entry]:
        early = self._early.get(district)
        if early is None:
            return []
        ready = []
        while (follower := early.pop(offset + 1, None)) is not None:
            ready.append(follower)
            offset += 1
        rest = {at: entry for at, entry in early.items() if at > offset}
        if rest:
            self._early[district] = rest
        else:
            del self._early[district]
        return ready

    def behind(self, heads: Heads) -> dict[str, int]:
        """How many entries of each sequence the log has beyond ours, where it has any; early ones prove some."""
        ends = dict(heads.offsets)
        for name, early in self._early.items():
            ends[name] = max(ends.get(name, 0), *early)
        ahead = {name: end - self.known.get(name, 0) for name, end in ends.items()}
        return {name: count for name, count in ahead.items() if count > 0}


def is_another_log(heads: Heads, epoch: str, known_before: Mapping[str, int]) -> bool:
    """Whether the log was restored or lost commits: another epoch, or a head below what we had seen.

    ``known_before`` is what was known before the heads were read: an entry may be announced while they are
    on their way.
    """
    if heads.epoch != epoch:
        return True
    return any(heads.offsets.get(name, 0) < offset for name, offset in known_before.items())
