"""What keeps an installation's data: backups and putting them back."""

from __future__ import annotations

import os
from pathlib import Path

import click

from models.secrets_file import FILE_NAME, with_secrets
from models.settings import Settings
from workers.command.refusals import Refused


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--without-evidence",
    is_flag=True,
    help="Leave photos, videos and documents out, as where a bucket keeps versions.",
)
def backup(target: Path, without_evidence: bool) -> None:
    """Write a backup to the new folder TARGET while everything runs.

    The database as it is at one instant, all evidence, uploads under way, and a manifest with the digest of each
    file. The secrets are not in it, on purpose: keep secrets.json (or the five variables) apart and as safe, for
    without the field keys what is sealed stays sealed. What is in it is personal data: encrypt it where it goes.
    """
    from models.media import open_media
    from workers.command.backup.taking import take

    settings = with_secrets(Settings.from_env(os.environ))
    told = take(
        settings, open_media(settings), target.absolute(), evidence=not without_evidence, tell=click.echo
    )
    for name in told.damaged:
        click.echo(
            f"Careful: the file {name} is not what its name says; it is in the backup as it is.", err=True
        )
    for name in told.missing:
        click.echo(f"Careful: {name} is named in the database and lies nowhere.", err=True)
    click.echo(
        f"The backup of {told.taken_at} is in {target}. secrets.json is not in it: keep it elsewhere, as safe."
    )


@click.command()
@click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Do it even where a database or evidence is already.")
def restore(source: Path, replace: bool) -> None:
    """Put the backup in the folder SOURCE in place of what is here.

    Stop Wufen first, on every machine. Every file is checked before anything is touched. SQLite and the media folder
    that were there are kept beside under another name; a PostgreSQL database is replaced in one transaction. A new
    epoch begins, so that every phone, page and hub loads its state anew.
    """
    from models.media import open_media
    from workers.command.backup.restoring import restore as put_back

    settings = Settings.from_env(os.environ)
    given = settings.field_keys and settings.index_keys
    if not given and not (settings.home / FILE_NAME).exists():
        raise Refused(
            f"{settings.home / FILE_NAME} is missing: put that of the installation there first. It is in no backup."
        )
    settings = with_secrets(settings)
    done = put_back(settings, open_media(settings), source.absolute(), replace=replace, tell=click.echo)
    click.echo(
        f"The database is as it was on {done.told.taken_at}; {done.media_files:,} files of evidence with it."
    )
    click.echo(f"The log's epoch is now {done.epoch}: every page and hub loads its state anew.")
    for path in done.aside:
        click.echo(f"What was there before is in {path}; remove it when nobody wants it any more.")
    click.echo("Now start Wufen. What happened after the backup is gone: ask the officers on duty.")


COMMANDS: tuple[click.Command, ...] = (backup, restore)
