"""What a connection wants done: replies to send, channels to attach, questions for others. Values, no behaviour."""

from __future__ import annotations

from typing import Literal, NamedTuple

from hub.codes import Disconnect


class Since(NamedTuple):
    """A client's last known position in a channel."""

    offset: int
    epoch: str


class Send(NamedTuple):
    """A reply or push, as JSON. ``replay``: it holds what was missed, and may be large."""

    message: bytes
    replay: bool = False


class Hold(NamedTuple):
    """Keep back whatever is written to this client until the reply to ``connect`` can go out."""


class Welcome(NamedTuple):
    """Here it is; what was kept back follows."""

    message: bytes


class Connected(NamedTuple):
    """The token was good; from now on the connection belongs to ``subject``, empty for nobody in particular."""

    subject: str


class Subscribe(NamedTuple):
    """Attach to a channel, and answer the command when its position is known. Command 0: it was the hub's idea.

    ``within``: only if the incident belongs to one of these districts, which the token says; None: no matter.
    """

    command_id: int
    channel: str
    since: Since | None = None
    reject_unrecovered: bool = False
    within: frozenset[str] | None = None
    join_leave: bool = False


class Joined(NamedTuple):
    """In an open channel now; ``listens``: wants to hear who else comes and goes."""

    channel: str
    listens: bool


class Unsubscribe(NamedTuple):
    """Detach from a channel."""

    channel: str


class Publish(NamedTuple):
    """Append to a channel that permits it. ``data`` is JSON, ``info`` the publisher as JSON."""

    command_id: int
    channel: str
    data: bytes
    info: bytes


class Who(NamedTuple):
    """Somebody asks who is in a channel, or only how many."""

    command_id: int
    kind: Literal["presence", "presence_stats"]
    channel: str


class Look(NamedTuple):
    """Somebody reads the history of a channel: at most ``limit`` publications, none with 0; from ``since`` on,
    or backwards from there, both exclusive. ``within`` as in ``Subscribe``.
    """

    command_id: int
    channel: str
    limit: int
    since: Since | None = None
    reverse: bool = False
    within: frozenset[str] | None = None


class Call(NamedTuple):
    """Somebody has to answer this remote call."""

    command_id: int
    subject: str
    method: str
    data: bytes


class Close(NamedTuple):
    """Nothing more to say."""

    why: Disconnect


Action = (
    Send | Hold | Welcome | Connected | Subscribe | Joined | Unsubscribe | Publish | Who | Look | Call | Close
)
