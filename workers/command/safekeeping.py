"""What keeps an installation's data: backups and putting them back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

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


KIND = click.Choice(["field", "index"])


@click.group()
def keys() -> None:
    """Keys of sealed fields and blind indexes."""


@keys.command("status")
def keys_status() -> None:
    """Say which keys there are, which is in use, and what still uses an older one.

    Keys are told apart by id and by a fingerprint that tells nothing of them.
    """
    from workers.command.keys import status, with_store

    for line in with_store(with_secrets(Settings.from_env(os.environ)), status):
        click.echo(line)


@keys.command("rotate")
@click.option(
    "--what", type=KIND, multiple=True, default=("field",), show_default=True, help="Give it twice for both."
)
@click.option(
    "--key", "key_id", help="Id of a key that is in the environment on every machine; else one is made."
)
def keys_rotate(what: tuple[Literal["field", "index"], ...], key_id: str | None) -> None:
    """Bring in a new key and begin to seal everything anew, while everything runs.

    It is made known to every process first and used half a minute later. Workers then make anew what the older key
    sealed: fields, blind indexes, evidence files. Retire the older key when `wufen keys status` says that nothing needs
    it any more.
    """
    from workers.command.keys import rotate

    settings = with_secrets(Settings.from_env(os.environ))
    for line in rotate(settings, what, key_id):
        click.echo(line)
    click.echo("`wufen keys status` says how far it is. Back up secrets.json now: it holds a key more.")


@keys.command("retire")
@click.argument("kind", type=KIND)
@click.argument("key_id")
def keys_retire(kind: Literal["field", "index"], key_id: str) -> None:
    """Take the older key KEY_ID out of use, if nothing at all needs it any more; it is counted.

    In secrets.json it is put aside: backups of its time need it. When the last of them is gone, delete it there.
    """
    from workers.command.keys import retire

    retire(with_secrets(Settings.from_env(os.environ)), kind, key_id)
    click.echo(f"The {kind} key {key_id} is retired. Keep it with the backups of its time.")


@click.group()
def person() -> None:
    """What is kept of one person: a copy, a deletion.

    For whoever asks for his own data (PIPL 45, 47). Look at his identity card first. The phone is asked
    for, so that it stands in no list of commands.
    """


REASON = click.option(
    "--reason", required=True, help="Who asked, where and how he was known; it goes on the record."
)


@person.command("copy")
@click.argument("out", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@REASON
def person_copy(out: Path, reason: str) -> None:
    """Write a copy of everything kept of the owner with a phone to the JSON file OUT."""
    from workers.command.persons import copy_to

    copy_to(with_secrets(Settings.from_env(os.environ)), click.prompt("Phone", err=True), reason, out)
    click.echo(f"His data are in {out}; hand it over and delete it here.")


@person.command("erase")
@REASON
@click.option("--yes", is_flag=True, help="Do it; without, it is asked once more.")
def person_erase(reason: str, yes: bool) -> None:
    """Delete the owner with a phone: name, phones, words, cars and stickers that were his.

    Facts without him stay (incidents, times, statistics), and evidence as long as the rules keep it. While an incident
    about his car is open it is refused. It cannot be taken back.
    """
    from workers.command.persons import erase

    phone = click.prompt("Phone", err=True)
    if not yes:
        click.confirm("Delete this person for good?", abort=True, err=True)
    click.echo(erase(with_secrets(Settings.from_env(os.environ)), phone, reason))


COMMANDS: tuple[click.Command, ...] = (backup, restore, keys, person)
