"""What each process of a product cost: CPU seconds by name, read from /proc (Linux)."""

from __future__ import annotations

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def below(pid: int) -> list[int]:
    """The process and all its descendants."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*"):
            found += [int(child) for child in _read(task / "children").split()]
    return found


def name_of(pid: int) -> str:
    """The name that its supervisor gave it, else its program's."""
    for variable in _read(Path(f"/proc/{pid}/environ")).split("\0"):
        if variable.startswith("WUFEN_PROCESS="):
            return variable.partition("=")[2]
    return _read(Path(f"/proc/{pid}/comm")).strip() or "gone"


def cpu_seconds(pids: list[int]) -> dict[str, float]:
    """User and system time by name; processes of one name are added up."""
    told: dict[str, float] = {}
    for pid in pids:
        fields = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
        if fields:
            name = name_of(pid)
            told[name] = told.get(name, 0.0) + (int(fields[11]) + int(fields[12])) / TICKS
    return told


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def rss_bytes(pid: int) -> int:
    """Memory that a process has in RAM; 0 when it is gone."""
    fields = _read(Path(f"/proc/{pid}/statm")).split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") if fields else 0


def run_seconds(pid: int) -> float:
    """What the process and its children have run, all threads, to the nanosecond."""
    total = 0
    for each in below(pid):
        for task in Path(f"/proc/{each}/task").glob("*"):
            total += int((_read(task / "schedstat").split() or ["0"])[0])
    return total / 1e9
