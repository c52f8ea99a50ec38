"""What the operator hears of all processes: named lines on the terminal, JSON lines in the log file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from models.clock import Clock
from workers.command.supervisor import records
from workers.command.supervisor.outlets import Outlet, RotatingFile, to_descriptor

OWN_NAME = "wufen"
COLOURS = (36, 33, 35, 32, 34)
STDOUT = 1


class Voice:
    """One stream for everybody; nobody waits for it."""

    def __init__(
        self, terminal: Outlet, file: Outlet, prefixes: dict[str, bytes], clock: Clock, for_eyes: bool
    ) -> None:
        self._terminal = terminal
        self._file = file
        self._prefixes = prefixes
        self._clock = clock
        self._for_eyes = for_eyes

    def say(self, event: str, sentence: str) -> None:
        """One sentence of the supervisor's own; ``event`` is its name in the log."""
        self._terminal.put(self._prefixes[OWN_NAME] + sentence.encode())
        self._file.put(records.of_event(event, sentence, self._clock.now()))

    def show(self, text: str) -> None:
        """Lines for the terminal only: they may hold what belongs in no log."""
        self._terminal.put(text.encode())

    def speaker(self, name: str, quiet: bool = False) -> Callable[[bytes], None]:
        """What takes the lines of the process ``name``; those of a ``quiet`` one are for the file only."""

        def line(text: bytes) -> None:
            if not quiet:
                shown = records.readable(text) if self._for_eyes else text
                self._terminal.put(self._prefixes[name] + shown)
            self._file.put(records.of_child(name, text, self._clock.now()))

        return line

    def close(self) -> None:
        self._terminal.close()
        self._file.close()


def open_voice(log_file: Path, names: tuple[str, ...], for_eyes: bool, clock: Clock) -> Voice:
    """A voice to the standard output and to ``log_file``; raises OSError when the file cannot be opened.

    ``for_eyes``: a person looks at the terminal, who gets colours and readable lines instead of JSON.
    """
    file = RotatingFile(log_file)
    terminal, record = Outlet(to_descriptor(STDOUT)), Outlet(file.write)
    return Voice(terminal, record, prefixes_of(names, for_eyes), clock, for_eyes)


def prefixes_of(names: tuple[str, ...], coloured: bool) -> dict[str, bytes]:
    """What stands before each one's lines, all of one width; processes of a kind share a colour."""
    speakers = (OWN_NAME, *names)
    width = max(map(len, speakers))
    kinds = list(dict.fromkeys(name.partition(".")[0] for name in names))
    prefixes = {name: f"{name:<{width}} | " for name in speakers}
    if coloured:
        for name in names:
            colour = COLOURS[kinds.index(name.partition(".")[0]) % len(COLOURS)]
            prefixes[name] = f"\x1b[{colour}m{name:<{width}} |\x1b[0m "
    return {name: prefix.encode() for name, prefix in prefixes.items()}
