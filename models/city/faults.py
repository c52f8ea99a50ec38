"""What is wrong in a bundle, each fault with its place. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Fault:
    """``line`` counts from 1; ``path`` leads there, ``districts[2].code`` say."""

    line: int
    path: str
    sentence: str

    def __str__(self) -> str:
        where = f"line {self.line}" if not self.path else f"line {self.line}, {self.path}"
        return f"{where}: {self.sentence}"


class BundleFaulty(Exception):
    """The bundle cannot be taken as it is; ``faults`` are all that were found, in the order of the lines."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: fault.line))
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(slots=True)
class Faults:
    """Collects what is found, so that an operator mends a file once and not once per fault."""

    found: list[Fault] = field(default_factory=list)

    def add(self, line: int, path: str, sentence: str) -> None:
        self.found.append(Fault(line, path, sentence))

    def raise_any(self) -> None:
        """Raises BundleFaulty when there is at least one."""
        if self.found:
            raise BundleFaulty(self.found)
