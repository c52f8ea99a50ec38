"""A peer for comparison: the ``websockets`` library's own server and ``broadcast``, in the conversation of the
load client and with nothing else. ``python -m bench.peer PORT``
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from typing import Any

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed

_INFO = {"client": "abcdefghijklmnopqrstuvwxyz"}


async def main(port: int) -> None:
    rooms: dict[str, set[ServerConnection]] = defaultdict(set)
    offsets: dict[str, int] = defaultdict(int)

    def answer(connection: ServerConnection, command: dict[str, Any]) -> dict[str, Any]:
        if "connect" in command:
            return {"id": command["id"], "connect": {}}
        if "subscribe" in command:
            channel = command["subscribe"]["channel"]
            rooms[channel].add(connection)
            return {"id": command["id"], "subscribe": {"epoch": "e", "offset": offsets[channel]}}
        channel = command["publish"]["channel"]
        offsets[channel] += 1
        pub = {"data": command["publish"]["data"], "info": _INFO, "offset": offsets[channel]}
        push = {"push": {"channel": channel, "pub": pub}}
        broadcast(rooms[channel], json.dumps(push, separators=(",", ":")))
        return {"id": command["id"], "publish": {}}

    async def converse(connection: ServerConnection) -> None:
        try:
            async for frame in connection:
                replies = [answer(connection, json.loads(line)) for line in str(frame).splitlines()]
                await connection.send("\n".join(json.dumps(each, separators=(",", ":")) for each in replies))
        except ConnectionClosed:
            pass
        for room in rooms.values():
            room.discard(connection)

    async with serve(converse, "127.0.0.1", port, compression=None, backlog=4096) as server:
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
