"""What somebody who subscribes is told: where the channel stands, and what he missed. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from hub.protocol import publication
from models.queries.log import Replay


class NotRead(Exception):
    """What is kept of a channel could not be read. Whoever raises it has said so in the log, once for all who wait."""


class Missed:
    """Where a channel stands, and with ``complete`` everything between there and what a subscriber had.

    ``publications`` is a JSON array, put together once for all who missed the same.
    """

    __slots__ = ("complete", "epoch", "offset", "publications")

    def __init__(
        self, epoch: str, offset: int, publications: Sequence[bytes] = (), *, complete: bool = False
    ) -> None:
        self.epoch = epoch
        self.offset = offset
        self.complete = complete
        self.publications = b"[%b]" % b",".join(publications)


def missed_in(replay: Replay) -> Missed:
    """The same, as it was read."""
    texts = [publication(data.encode(), offset) for offset, data in replay.publications]
    return Missed(replay.epoch, replay.offset, texts, complete=replay.complete)
