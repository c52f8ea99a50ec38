"""Puts the name of the speaker before each line and sends it to the terminal and the log file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from workers.command.supervisor.outlets import Outlet, RotatingFile, to_descriptor

OWN_NAME = "wufen"
COLOURS = (36, 33, 35, 32, 34)
STDOUT = 1


class Voice:
    """What the operator hears, of all processes in one stream."""

    def __init__(self, terminal: Outlet, file: Outlet, names: tuple[str, ...], coloured: bool) -> None:
        self._outlets = (terminal, file)
        width = max(map(len, (OWN_NAME, *names)))
        kinds = list(dict.fromkeys(name.partition(".")[0] for name in names))
        self._plain = {name: f"{name:<{width}} | ".encode() for name in (OWN_NAME, *names)}
        self._shown = dict(self._plain)
        if coloured:
            for name in names:
                colour = COLOURS[kinds.index(name.partition(".")[0]) % len(COLOURS)]
                self._shown[name] = f"\x1b[{colour}m{name:<{width}} |\x1b[0m ".encode()

    def line(self, name: str, line: bytes) -> None:
        """One line of output of the process ``name``."""
        terminal, file = self._outlets
        terminal.put(self._shown[name] + line)
        file.put(self._plain[name] + line)

    def say(self, sentence: str) -> None:
        """One sentence of the supervisor's own."""
        self.line(OWN_NAME, sentence.encode())

    def speaker(self, name: str) -> Callable[[bytes], None]:
        """``line`` for one process."""
        return lambda line: self.line(name, line)

    def close(self) -> None:
        for outlet in self._outlets:
            outlet.close()


def open_voice(log_file: Path, names: tuple[str, ...], coloured: bool) -> Voice:
    """A voice to the standard output and to ``log_file``; raises OSError when the file cannot be opened."""
    file = RotatingFile(log_file)
    return Voice(Outlet(to_descriptor(STDOUT)), Outlet(file.write), names, coloured)
