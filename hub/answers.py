"""Answers what clients ask about channels: at once from memory, or when somebody else has been asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hub.actions import Look, Publish, Who
from hub.attendance import Attendance
from hub.codes import Fault
from hub.histories import Histories
from hub.open_channels import OpenChannels
from hub.rights import Kept, kept
from hub.transport import Socket
from models.tasks import Tasks

# Replies to the command of a socket that may be gone by then: command, kind of reply, result or fault.
Reply = Callable[[Socket, int, str, dict[str, Any] | Fault], None]


class Answers:
    """``reply`` is the switchboard's."""

    def __init__(
        self,
        open_channels: OpenChannels,
        histories: Histories,
        attendance: Attendance,
        tasks: Tasks,
        reply: Reply,
    ) -> None:
        self._open = open_channels
        self._histories = histories
        self._attendance = attendance
        self._tasks = tasks
        self._reply = reply

    def take(self, socket: Socket, wanted: Publish | Who | Look) -> None:
        """Answers, now or later."""
        if kept(wanted.channel) is Kept.IN_MEMORY:
            self._reply(socket, wanted.command_id, _kind(wanted), self._open.answer(wanted))
        elif isinstance(wanted, Look):
            self._tasks.start(self._look(socket, wanted), f"history {wanted.channel}")
        else:
            assert isinstance(wanted, Who)  # nobody publishes to a channel that is not open
            self._tasks.start(self._who(socket, wanted), f"presence {wanted.channel}")

    async def _look(self, socket: Socket, wanted: Look) -> None:
        self._reply(socket, wanted.command_id, "history", await self._histories.answer(wanted))

    async def _who(self, socket: Socket, wanted: Who) -> None:
        self._reply(socket, wanted.command_id, wanted.kind, await self._attendance.answer(wanted))


def _kind(wanted: Publish | Who | Look) -> str:
    if isinstance(wanted, Who):
        return wanted.kind
    return "publish" if isinstance(wanted, Publish) else "history"
