"""The Centrifuge client protocol in JSON: frames into commands, replies and pushes into bytes.

Pure. Knows the shape of messages; what a command does is the connection's affair (``hub.connection``), what
the numbers mean is in ``hub.codes``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import msgspec

from hub.codes import Fault, Unsubscribed
from models.queries.log import Replay

# Bits of ``subscribe.flag``.
REJECT_UNRECOVERED = 2  # an error instead of a subscription that could not be recovered

MOST_LINES = 1_000  # of one frame
LARGEST_ID = 2**32 - 1  # the protocol's uint32
LARGEST_NUMBER = 2**63 - 1  # what a database can compare an offset with

PING = b"{}"  # an empty reply; the client answers with an empty command


class Malformed(Exception):
    """The frame holds no commands of this protocol."""


_Id = Annotated[int, msgspec.Meta(ge=0, le=LARGEST_ID)]
_Number = Annotated[int, msgspec.Meta(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER)]


class TooManyLines(Exception):
    """More commands in one frame than are worth a look."""


class _Message(msgspec.Struct, gc=False):
    """Fields that we do not know are ignored, as the protocol wants it."""


class SubscribeRequest(_Message):
    channel: str = ""
    token: str = ""
    recover: bool = False
    epoch: str = ""
    offset: _Number = 0
    join_leave: bool = False
    tf: msgspec.Raw = msgspec.Raw(b"null")
    flag: _Number = 0
    type: _Number = 0


class ConnectRequest(_Message):
    token: str = ""
    name: str = ""
    version: str = ""
    subs: dict[str, SubscribeRequest] = {}


class ChannelRequest(_Message):
    """Whatever does nothing but name a channel."""

    channel: str = ""


class PublishRequest(_Message):
    channel: str = ""
    data: msgspec.Raw = msgspec.Raw(b"null")
    type: _Number = 0


class StreamPosition(_Message):
    offset: _Number = 0
    epoch: str = ""


class HistoryRequest(_Message):
    channel: str = ""
    limit: _Number = 0
    since: StreamPosition | None = None
    reverse: bool = False


class SendRequest(_Message):
    data: msgspec.Raw = msgspec.Raw(b"null")


class RpcRequest(_Message):
    method: str = ""
    data: msgspec.Raw = msgspec.Raw(b"null")


class RefreshRequest(_Message):
    token: str = ""


class SubRefreshRequest(_Message):
    channel: str = ""
    token: str = ""
    type: int = 0


class Empty(_Message):
    pass


class ClientInfo(msgspec.Struct, omit_defaults=True):
    """A connection, as presence and publications of clients show it; what tokens say of it is JSON."""

    user: str = ""
    client: str = ""
    conn_info: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    chan_info: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class Command(_Message):
    """One command: an id, and the one request that is set. Nothing at all is a pong."""

    id: _Id = 0
    connect: ConnectRequest | None = None
    subscribe: SubscribeRequest | None = None
    unsubscribe: ChannelRequest | None = None
    publish: PublishRequest | None = None
    presence: ChannelRequest | None = None
    presence_stats: ChannelRequest | None = None
    history: HistoryRequest | None = None
    ping: Empty | None = None
    send: SendRequest | None = None
    rpc: RpcRequest | None = None
    refresh: RefreshRequest | None = None
    sub_refresh: SubRefreshRequest | None = None

    @property
    def kind(self) -> str:
        """The name of the first request that is set; empty when there is none."""
        for name in _REQUESTS:
            if getattr(self, name) is not None:
                return name
        return ""


_REQUESTS = Command.__struct_fields__[1:]
_decoder = msgspec.json.Decoder(Command)
_encode = msgspec.json.Encoder().encode


def parse(frame: bytes) -> list[Command]:
    """The commands of a text frame, one per line. Raises Malformed, and TooManyLines."""
    if frame.count(b"\n") > MOST_LINES:
        raise TooManyLines
    try:
        # What is inside Raw is passed on unread, to others too: it has to be text here (RFC 6455 section 8.1).
        frame.decode()
        return _decoder.decode_lines(frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(str(error)) from None


def reply(command_id: int, kind: str, result: dict[str, Any]) -> bytes:
    """The answer to a command."""
    return _encode({"id": command_id, kind: result})


def error_reply(command_id: int, fault: Fault) -> bytes:
    """The refusal of a command."""
    error: dict[str, Any] = {"code": fault.code, "message": fault.message}
    if fault.temporary:
        error["temporary"] = True
    return _encode({"id": command_id, "error": error})


def publication_push(channel: str, pub: bytes) -> bytes:
    """A live publication."""
    return b'{"push":{"channel":%b,"pub":%b}}' % (_encode(channel), pub)


def publication(data: bytes, offset: int | None) -> bytes:
    """A publication as it stands in pushes and replies.

    ``data`` is JSON and goes out as it is; ``offset`` only in channels with a position.
    """
    if offset is None:
        return b'{"data":%b}' % data
    return b'{"data":%b,"offset":%d}' % (data, offset)


def with_info(data: bytes, info: bytes) -> bytes:
    """A client's publication with its publisher (both JSON); goes wherever the data of a publication goes."""
    return b'%b,"info":%b' % (data, info)


def message_push(data: bytes) -> bytes:
    """A message to one connection; ``data`` is JSON."""
    return b'{"push":{"message":{"data":%b}}}' % data


def history_result(page: Replay) -> dict[str, Any]:
    """A page of a channel's history, and where the channel stands."""
    publications = [msgspec.Raw(publication(data.encode(), offset)) for offset, data in page.publications]
    return {"publications": publications, "epoch": page.epoch, "offset": page.offset}


def presence_result(here: Iterable[ClientInfo]) -> dict[str, Any]:
    """Who is in a channel, by the name of the connection."""
    return {"presence": {one.client: one for one in here}}


def presence_stats_result(here: Sequence[ClientInfo]) -> dict[str, Any]:
    """How many connections are in a channel, and of how many people."""
    return {"num_clients": len(here), "num_users": len({one.user for one in here})}


def join_push(channel: str, info: ClientInfo) -> bytes:
    """Tells a client who came."""
    return _encode({"push": {"channel": channel, "join": {"info": info}}})


def leave_push(channel: str, info: ClientInfo) -> bytes:
    """Tells a client who left."""
    return _encode({"push": {"channel": channel, "leave": {"info": info}}})


def subscribe_push(channel: str, result: dict[str, Any]) -> bytes:
    """Tells a client that the hub subscribed it to a channel."""
    return _encode({"push": {"channel": channel, "subscribe": result}})


def unsubscribe_push(channel: str, why: Unsubscribed) -> bytes:
    """Tells a client that the hub ended its subscription."""
    return _encode({"push": {"channel": channel, "unsubscribe": {"code": why.code, "reason": why.reason}}})


def batch(messages: Sequence[bytes]) -> bytes:
    """Several replies and pushes as the text of one frame."""
    return b"\n".join(messages)
