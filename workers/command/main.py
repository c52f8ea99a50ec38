"""The `wufen` command: what operators of one machine do, each with a `--help` that explains itself.

Heavy parts are imported by the command that needs them, so that `wufen run` starts quickly and stays small.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from models.settings import Settings, SettingsError
from workers.command import safekeeping, upkeep
from workers.command.audit import audit
from workers.command.refusals import sentence_of

EPILOG = "Settings are environment variables, WUFEN_HOME first of all; docs/settings.md lists them."


class OneSentence(click.Group):
    """Turns what can go wrong for an operator into one sentence and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            sentence = sentence_of(error)
            if sentence is None:
                raise
            raise click.ClickException(sentence) from error


@click.group(cls=OneSentence, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="wufen", prog_name="wufen")
def cli() -> None:
    """Wufen (五分): the dispatch hub of a city's traffic police."""


@cli.command()
@click.option(
    "--lan", is_flag=True, help="Offer it to the local network, and put that address into QR codes."
)
def run(lan: bool) -> None:
    """Start everything and keep it alive.

    Migrates the database, starts every process of the Procfile and, unless WUFEN_REDIS_URL names one, a Redis;
    says where to look; stops with Ctrl-C. Unless WUFEN_PRODUCTION=1, a database without accounts gets the
    sample city. A process that dies is started
    again within a second, one that has not answered for 3 s is killed and started again.
    """
    from workers.command import launch

    environ = dict(os.environ)
    settings = Settings.from_env(environ)
    if lan:
        environ = launch.lan_environ(environ, settings)
        settings = Settings.from_env(environ)
    try:
        launch.launch(settings, environ)
    except launch.PreparationFailed:
        sys.exit(1)


@cli.command()
def reload() -> None:
    """Start all processes anew, one by one.

    A hub first sends its clients elsewhere; the next one's turn comes when the last one serves again. To be done
    after an upgrade, or when a process behaves oddly. Settings stay those that `wufen run` was started with.
    """
    from workers.command.reload import reload

    reload(Settings.from_env(os.environ), click.echo)


for command in (*upkeep.COMMANDS, *safekeeping.COMMANDS, audit):
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """The entry point of the distribution."""
    cli(arguments, prog_name="wufen")


__all__ = ["SettingsError", "cli", "main"]

if __name__ == "__main__":
    main()
