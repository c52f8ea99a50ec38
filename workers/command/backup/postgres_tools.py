"""The tools of PostgreSQL: found on this machine, fit for the server, and told where it is without showing a password.

Leaves to others: what is dumped, and what a restore does around it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from sqlalchemy import make_url

from workers.command.refusals import Refused

TOOLS = ("pg_dump", "pg_restore", "psql")
# Where distributions put the tools of each version; the plain names on the PATH may be of an older one.
_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin")


def folder_for(server: int, candidates: list[Path] | None = None) -> Path:
    """The folder with tools of at least the server's major version. Raises Refused, which says what to install.

    ``candidates`` are the folders to look in, for a test; else this machine's.
    """
    seen: list[int] = []
    for folder in _candidates() if candidates is None else candidates:
        if not all((folder / name).exists() for name in TOOLS):
            continue
        version = _version(folder / "pg_dump")
        if version >= server:
            return folder
        seen.append(version)
    have = f"of version {max(seen)}, older than the server" if seen else "not on this machine"
    raise Refused(
        f"The server is PostgreSQL {server}, and pg_dump, pg_restore and psql are {have}: install "
        f"postgresql-client-{server} (Debian, Ubuntu) or postgresql{server} (RHEL, openEuler)."
    )


def environment(url: str) -> dict[str, str]:
    """The variables by which the tools find the server: a password on a command line is everybody's to read."""
    parsed = make_url(url)
    query = {name: str(value) for name, value in parsed.query.items()}
    told = {
        "PGHOST": parsed.host or query.get("host"),
        "PGPORT": str(parsed.port) if parsed.port else query.get("port"),
        "PGUSER": parsed.username,
        "PGPASSWORD": parsed.password,
        "PGDATABASE": parsed.database,
        "PGSSLMODE": query.get("sslmode") or query.get("ssl"),
        "PGCONNECT_TIMEOUT": "10",
        "PGAPPNAME": "wufen backup",
    }
    outside = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return outside | {name: value for name, value in told.items() if value}


def run(command: list[str], url: str) -> None:
    """Raises Refused with what the tool said last."""
    done = subprocess.run(command, env=environment(url), capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"{Path(command[0]).name} failed: {last_line(done.stderr)}")


def last_line(said: str) -> str:
    return next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "it did not say why.")


def _candidates() -> list[Path]:
    found = [each for pattern in _FOLDERS for each in Path("/").glob(pattern[1:])]
    found.sort(key=lambda folder: int("".join(re.findall(r"\d+", str(folder))[-1:]) or 0), reverse=True)
    on_path = shutil.which("pg_dump")
    return found + ([Path(on_path).parent] if on_path else [])


def _version(program: Path) -> int:
    """`pg_dump (PostgreSQL) 16.4 (…)`: 16; one that does not say it is none."""
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\)\s+(\d+)", told)
    return int(found[1]) if found else 0
