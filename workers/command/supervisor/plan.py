"""What to start: the lines of a Procfile and how many of each, as data. Reads no file and starts nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workers.command.supervisor.vitals import Limits

LINE = re.compile(r"^([A-Za-z0-9_-]+)\s*:\s*(\S.*)$")


class PlanError(ValueError):
    """The Procfile or the numbers of processes make no sense; the text is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Program:
    """One process to keep alive. ``socket`` is set for a Redis: it is asked there instead of heard.

    What a ``quiet`` one says goes to the log file only. ``door`` is a socket that it opens when it serves, where
    the first sign of life comes earlier than that.
    """

    name: str
    argv: tuple[str, ...]
    socket: Path | None = None
    quiet: bool = False
    door: Path | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything the supervisor is told.

    ``first`` (the embedded Redis) is up before the others start and stops after them. ``environ`` is the
    environment of every child, to which its name and its heartbeat's descriptor are added.
    """

    programs: tuple[Program, ...]
    folder: Path
    environ: Mapping[str, str]
    first: Program | None = None
    limits: Limits = field(default_factory=Limits)


def parse_procfile(text: str) -> dict[str, str]:
    """Name and shell command of every line, in order; raises PlanError naming the line."""
    commands: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = LINE.match(line.strip())
        if match is None:
            raise PlanError(f"Procfile line {number} is not of the form 'name: command'.")
        if match[1] in commands:
            raise PlanError(f"Procfile line {number} names {match[1]} a second time.")
        commands[match[1]] = match[2]
    return commands


def programs(
    commands: Mapping[str, str], counts: Mapping[str, int], doors: Mapping[str, Path] | None = None
) -> tuple[Program, ...]:
    """So many programs of each kind, ``hub.1``, ``hub.2``, …; raises PlanError for a kind without a line.

    ``doors``: the folder of the doors of each kind that has some.
    """
    doors = doors or {}
    for kind, count in counts.items():
        if count and kind not in commands:
            raise PlanError(f"WUFEN_PROCESSES asks for {kind}, but the Procfile has no line of that name.")
    return tuple(
        Program(
            f"{kind}.{number}",
            ("/bin/sh", "-c", command),
            door=doors[kind] / f"{kind}.{number}.sock" if kind in doors else None,
        )
        for kind, command in commands.items()
        for number in range(1, counts.get(kind, 0) + 1)
    )
