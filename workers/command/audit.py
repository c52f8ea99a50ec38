"""What operators do with the record: verify it, anchor it now, and show the key that others check anchors with."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from models.secrets_file import with_secrets
from models.settings import Settings
from workers.command.upkeep import with_database

if TYPE_CHECKING:
    from models.chain.anchors import Signed
    from models.database import Database
    from models.queries.verification import Report

FOUND = 4  # exit code: the record is not as it was written


@click.group()
def audit() -> None:
    """The record: events, audit records and their anchors."""


@audit.command()
@click.option("--district", help="Only the events of the district with this code.")
@click.option(
    "--from", "start", type=click.IntRange(1), default=1, show_default=True, help="From this event on."
)
@click.option(
    "--anchors",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of anchors that were exported, to be held against the record as well.",
)
@click.pass_context
def verify(ctx: click.Context, district: str | None, start: int, folder: Path | None) -> None:
    """Find what was changed, taken out, put in or moved since it was written.

    Exit code 0: everything is as it was written; 4: it is not, and each finding is told; 1: it could not be verified.
    It reads page by page and may run beside everything else.
    """
    from models.chain.anchors import public_keys
    from models.clock import SystemClock
    from models.queries.verification import verify as verify_all

    settings = _settings()
    files = [] if folder is None else _read(folder)
    public = public_keys(settings.anchor_keys)

    async def run(database: Database) -> Report:
        now = SystemClock().now()
        return await verify_all(database, public, now, district=district, start=start, files=files)

    try:
        report = with_database(settings, run)
    except LookupError:
        raise click.ClickException(f"There is no district {district}.") from None
    _tell(report)
    if report.findings:
        ctx.exit(FOUND)


@audit.command()
def anchor() -> None:
    """Make today's anchor now, if there is none, and write the files that are missing into the data folder."""
    from models.actions.anchoring import FOLDER, anchor_day, export
    from models.clock import SystemClock

    settings = _settings()
    folder = settings.home / FOLDER

    async def run(database: Database) -> tuple[int | None, int]:
        made = await anchor_day(database, settings.anchor_keys, SystemClock().now())
        return made, await export(database, settings.anchor_keys, folder)

    made, written = with_database(settings, run)
    click.echo("Today has its anchor already." if made is None else f"Anchor {made} is made.")
    click.echo(f"{written} file{'' if written == 1 else 's'} written to {folder}.")


@audit.command()
def key() -> None:
    """Show the public keys of the anchors, to be kept by somebody else than the operator."""
    from models.chain.anchors import public_keys

    for key_id, public in public_keys(_settings().anchor_keys).items():
        click.echo(f"{key_id} {public.hex()}")


def _settings() -> Settings:
    return with_secrets(Settings.from_env(os.environ))


def _read(folder: Path) -> list[Signed]:
    from models.chain.anchors import from_file

    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            found.append(from_file(path.read_bytes()))
        except ValueError as error:
            raise click.ClickException(f"{path}: {error}") from None
    if not found:
        raise click.ClickException(f"{folder}: there is no anchor in it.")
    return found


def _tell(report: Report) -> None:
    bad = {finding.chain for finding in report.findings}
    for name, first, last, count in report.checked:
        reached = f"{count} rows, {first} to {last}" if count else "no rows"
        click.echo(f"{name}: {reached}: {'NOT as written' if name in bad else 'as written'}")
    for note in report.notes:
        click.echo(f"Note: {note}.")
    for finding in report.findings:
        click.echo(f"Found: {finding}.")
    if not report.findings:
        click.echo("The record is as it was written.")
