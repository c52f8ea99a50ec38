"""What operators do by hand, apart from running it: the database, accounts, stickers, the log's epoch."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

import click

from models.secrets_file import with_secrets
from models.settings import Settings

if TYPE_CHECKING:
    from models.database import Database

Answer = TypeVar("Answer")
WAITS = 3  # exit code: there is something to do, and it was not asked for


@click.command()
def migrate() -> None:
    """Bring the database to the present schema.

    Steps that were done are not done again. Every `wufen run` does this too.
    """
    settings = _settings()
    _migrate(settings)
    click.echo("The database has the present schema.")


@click.command("sample-city")
def sample_city() -> None:
    """Load the sample city of Ya'an.

    It has districts, accounts, and stickers bound to made-up vehicles; demo.json in the data folder tells them.
    A second time changes nothing. WUFEN_PRODUCTION=1 refuses to start with a sample account.
    """
    from workers.command.sample_city.establish import establish

    settings = _settings()
    _migrate(settings)
    loaded = with_database(settings, lambda database: establish(settings, database))
    done = "is loaded" if loaded else "was there already"
    click.echo(f"The sample city {done}; its accounts and stickers are in {settings.home / 'demo.json'}.")


@click.command(hidden=True)
def prepare() -> None:
    """What every start does to the database: migrate, and load the sample city where it is welcome."""
    from workers.command.sample_city.establish import establish_where_welcome

    settings = _settings()
    _migrate(settings)
    with_database(settings, lambda database: establish_where_welcome(settings, database))


@click.group()
def officer() -> None:
    """Accounts of staff; auditors, too, whom only an operator makes."""


@officer.command("add")
@click.argument("username")
@click.option(
    "--role",
    type=click.Choice(["police", "auxiliary", "commander", "administrator", "auditor"]),
    required=True,
    help="What the account may do.",
)
@click.option(
    "--district", "districts", multiple=True, required=True, help="Code of a district; give it several times."
)
@click.option("--service-number", required=True, help="The number that others see in feeds and on walls.")
@click.option("--unit", required=True, help="The unit that requesters see.")
@click.option("--name", help="The person's name; kept encrypted.")
@click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input; else one is made."
)
def officer_add(
    username: str,
    role: str,
    districts: tuple[str, ...],
    service_number: str,
    unit: str,
    name: str | None,
    password_stdin: bool,
) -> None:
    """Add the account USERNAME. A password that is made is printed once and kept nowhere."""
    from workers.command.accounts import Account, add

    settings = _settings()
    given = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    account = Account(username, role, service_number, unit, districts, name)
    password = with_database(settings, lambda database: add(settings, database, account, given))
    click.echo(f"{username} ({role}) may sign in.")
    if given is None:
        click.echo(f"Password: {password}")


@click.group()
def sticker() -> None:
    """Stickers for vehicle windows."""


@sticker.command("issue")
@click.option("--district", required=True, help="Code of the district that the stickers belong to.")
@click.option("--count", type=click.IntRange(1, 960), default=24, show_default=True, help="How many.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    required=True,
    help="The PDF file to write: A4, with cutting marks.",
)
def sticker_issue(district: str, count: int, out: Path) -> None:
    """Issue a batch of fresh stickers and write its sheets for printing."""
    from workers.command.sheets import issue_sheet

    settings = _settings()
    with_database(settings, lambda database: issue_sheet(settings, database, district, count, out))
    click.echo(f"{count} stickers for {district} are in {out}.")


@click.group()
def epoch() -> None:
    """The epoch of the event log."""


@epoch.command("new")
def epoch_new() -> None:
    """Begin a new epoch: to be done after the database was restored from a backup.

    Hubs notice it within a second; every page then loads its state anew instead of resuming from a place in a
    log that is no longer the same.
    """
    from workers.command.epochs import begin_epoch

    settings = _settings()
    begun = with_database(settings, lambda database: begin_epoch(database, settings.anchor_keys))
    click.echo(f"The log's epoch is now {begun}.")


@click.group()
def city() -> None:
    """A city as one file, without personal data."""


@city.command("export")
@click.argument("code")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def city_export(code: str, file: Path) -> None:
    """Write the bundle of the city CODE to FILE."""
    from workers.command.city import export

    with_database(_settings(), lambda database: export(database, code, file))
    click.echo(f"The city {code} is in {file}.")


@city.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do it; without, it is only said what would change.")
@click.pass_context
def city_import(ctx: click.Context, file: Path, yes: bool) -> None:
    """Bring the bundle FILE into the database.

    Without --yes nothing is changed. Exit code 0: done, or nothing to change; 3: changes wait for --yes; 1: the
    bundle is faulty or does not fit, and nothing was changed. Nothing is ever deleted.
    """
    from models.city.bundle import read
    from workers.command.city import bring_in, table, would_change

    wanted = read(file.read_bytes())
    settings = _settings()
    _migrate(settings)
    found = with_database(
        settings, lambda database: bring_in(database, wanted) if yes else would_change(database, wanted)
    )
    for line in table(found):
        click.echo(line)
    if any(step.section == "rules" for step in found.to_do):
        click.echo("Rules that come in wait at the rule desk until an administrator approves them.")
    if found.to_do and not yes:
        click.echo("Nothing was changed: run it again with --yes.")
        ctx.exit(WAITS)


@click.group()
def vehicle() -> None:
    """Vehicles to look out for."""


@vehicle.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--scope", required=True, help="Code of the district or city for which the list holds.")
@click.option("--source", required=True, help="The list's name, by which its next file is known again.")
@click.option("--kind", help="The kind of lines that say none: stolen, cloned, yellow_label, …")
@click.option("--whole", is_flag=True, help="The file is all of the list: what is missing from it ends.")
@click.option("--skip-refused", is_flag=True, help="Leave bad lines out; without, one refuses the file.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="en", help="Language of what is refused.")
@click.option(
    "--report", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="CSV of refused lines."
)
@click.option("--yes", is_flag=True, help="Do it; without, it is only said what would change.")
@click.pass_context
def vehicle_import(
    ctx: click.Context,
    file: Path,
    scope: str,
    source: str,
    kind: str | None,
    whole: bool,
    skip_refused: bool,
    lang: Literal["zh", "en"],
    report: Path | None,
    yes: bool,
) -> None:
    """Bring the list of vehicles in the CSV FILE into the database.

    UTF-8 or GB18030, 2 MiB and 10,000 lines at most; docs/vehicles.md names the columns. Exit code 0: done, or nothing
    to change; 3: changes wait for --yes; 1: the file or a line of it was refused, and nothing was changed.
    """
    from models.actions.watch_lists import WatchList
    from workers.command.vehicles import bring_list, table, write_report

    settings = _settings()
    _migrate(settings)
    refuse: Literal["line", "file"] = "line" if skip_refused else "file"
    wish = WatchList(file.read_bytes(), scope, source, kind, whole, refuse)
    done = with_database(settings, lambda database: bring_list(settings, database, wish, yes=yes))
    for line in table(done, lang):
        click.echo(line)
    if report is not None:
        write_report(done, lang, report)
    if done.refused and not skip_refused:
        many = f"{len(done.refused)} line{' is' if len(done.refused) == 1 else 's are'} refused"
        raise click.ClickException(
            f"Nothing was taken in: {many}; correct it, or leave such lines out with --skip-refused."
        )
    if not yes and (done.new or done.changed or done.ended):
        click.echo("Nothing was changed: run it again with --yes.")
        ctx.exit(WAITS)


@click.group()
def wechat() -> None:
    """A city's WeChat official account."""


@wechat.command("menu")
@click.argument("city")
def wechat_menu(city: str) -> None:
    """Give the account of CITY its menu: the modules that are switched on.

    To be done after the account was set up, and after a module was switched on or off.
    """
    from workers.command.wechat import set_menu

    for button in asyncio.run(set_menu(_settings(), city)):
        below = "".join(f"\n  {one['name']}  {one['url']}" for one in button.get("sub_button", ()))
        click.echo(f"{button['name']}  {button.get('url', '')}{below}")


COMMANDS: tuple[click.Command, ...] = (
    migrate,
    sample_city,
    prepare,
    city,
    officer,
    sticker,
    vehicle,
    wechat,
    epoch,
)


def _settings() -> Settings:
    return with_secrets(Settings.from_env(os.environ))


def _migrate(settings: Settings) -> None:
    from models.migrate import upgrade

    upgrade(settings.database_url)


def with_database(settings: Settings, do: Callable[[Database], Awaitable[Answer]]) -> Answer:
    """Runs ``do`` on the opened database, and closes it."""
    from models.database import Database

    async def run() -> Answer:
        database = Database.open(settings.database_url)
        try:
            return await do(database)
        finally:
            await database.close()

    return asyncio.run(run())
