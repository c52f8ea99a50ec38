"""`wufen run`: checks the ground, prepares the database, starts everything and says where to look.

The supervisor stays small: whatever needs the database runs in a process of its own that ends.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from models.clock import SystemClock
from models.secrets_file import make_folder, with_secrets
from models.settings import Settings
from workers.command import embedded_redis, greeting
from workers.command.supervisor.ground import GroundError, PortTaken, only_instance, reserve
from workers.command.supervisor.plan import Plan, PlanError, Program, parse_procfile, programs
from workers.command.supervisor.supervise import RENEW_SIGNAL
from workers.command.supervisor.supervise import run as supervise
from workers.command.supervisor.voice import Voice, open_voice
from workers.reading.looker import is_installed

ROOT = Path(__file__).parents[2]
# Children of a supervisor that was killed a moment ago may still be letting go of their ports.
PORT_SECONDS = 1.0
PORT_PAUSE_SECONDS = 0.1
ORPHAN_SECONDS = 5.0
# After so many starts in vain the data is taken to be what the server dies of.
REDIS_TRIES = 3
# An address of the documentation range: routed like any other, and nobody is there.
ANY_OTHER_NETWORK = "198.51.100.1"


class PreparationFailed(Exception):
    """The database could not be prepared; the reason has been printed."""


def launch(settings: Settings, environ: Mapping[str, str], procfile: Path | None = None) -> None:
    """Runs the lines of ``procfile`` (default: the product's) in its folder until the end is asked for.

    Raises SettingsError, GroundError, PlanError, NoServer, PreparationFailed or OSError when it cannot start.
    """
    started_at = time.monotonic()
    _check_reader(settings)
    # Who asks before there is anything to renew must not end it.
    signal.signal(RENEW_SIGNAL, signal.SIG_IGN)
    settings = with_secrets(settings)
    _check_media(settings)
    procfile = procfile or _procfile()
    commands = parse_procfile(procfile.read_text("utf-8"))
    with only_instance(settings.home), _ports(settings):
        redis = _redis(settings)
        environ = child_environ(settings, environ)
        prepare(environ)
        doors = dict.fromkeys(("web", "hub"), settings.run_dir)
        plan = Plan(programs(commands, settings.processes, doors), procfile.parent, environ, first=redis)
        names = tuple(program.name for program in (*((redis,) if redis else ()), *plan.programs))
        with _speaking(settings, names) as voice:
            _supervise(settings, plan, voice, started_at)


def _check_reader(settings: Settings) -> None:
    if settings.processes.get("reader") and not is_installed():
        raise PlanError(
            "WUFEN_PROCESSES asks for a reader, which needs the extra: pip install 'wufen[ocr]', or make reader."
        )


def _check_media(settings: Settings) -> None:
    """A bucket that will not do is told before anything starts; one that is away for a while is not waited for."""
    if not settings.media_url:
        return
    from models.bucket import MediaAway, is_installed
    from models.media import open_media

    if not is_installed():
        raise PlanError("WUFEN_MEDIA_URL names a bucket, which needs the extra: pip install 'wufen[s3]'.")
    try:
        open_media(settings).check()
    except MediaAway as away:
        if away.final:
            raise
        print(f"Careful: {away.sentence} It starts all the same.", file=sys.stderr)


def child_environ(settings: Settings, environ: Mapping[str, str]) -> dict[str, str]:
    """The environment of every process: paths made absolute, since they run in the Procfile's folder."""
    paths = {"WUFEN_HOME": str(settings.home)}
    if settings.boundaries is not None:
        paths["WUFEN_BOUNDARIES"] = str(settings.boundaries)
    programs_first = f"{Path(sys.executable).parent}{os.pathsep}{environ.get('PATH', os.defpath)}"
    return {**environ, **paths, "PATH": programs_first, "PYTHONUNBUFFERED": "1"}


def prepare(environ: Mapping[str, str]) -> None:
    """Migrates the database and loads the sample city where that is right. Raises PreparationFailed."""
    command = (sys.executable, "-m", "workers.command.main", "prepare")
    if subprocess.run(command, cwd=ROOT, env=dict(environ), check=False).returncode:
        raise PreparationFailed


def lan_environ(environ: Mapping[str, str], settings: Settings) -> dict[str, str]:
    """The environment that offers the service to the local network, where the user has not said otherwise.

    Raises GroundError when this machine has no address there.
    """
    address = environ.get("WUFEN_BIND") or _lan_address()
    public = f"http://{address}:{settings.web_port}"
    return {"WUFEN_PUBLIC_URL": public, **environ, "WUFEN_BIND": address}


def _lan_address() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Sends nothing: a datagram socket that is connected only learns which address it would use.
            probe.connect((ANY_OTHER_NETWORK, 9))
            address = str(probe.getsockname()[0])
        except OSError:
            address = "127.0.0.1"
    if address.startswith("127."):
        raise GroundError("This machine has no address in a local network; name one with WUFEN_BIND.")
    return address


def _procfile() -> Path:
    for folder in (ROOT, Path.cwd()):
        if (folder / "Procfile").is_file():
            return folder / "Procfile"
    raise PlanError(f"There is no Procfile in {ROOT}, nor in this folder.")


@contextlib.contextmanager
def _ports(settings: Settings) -> Iterator[None]:
    wanted = {"web": ("WUFEN_WEB_PORT", settings.web_port), "hub": ("WUFEN_HUB_PORT", settings.hub_port)}
    with contextlib.ExitStack() as held:
        for kind, (variable, port) in wanted.items():
            if settings.processes.get(kind):
                held.enter_context(_reserve_patiently(settings.bind, port, variable))
        yield


def _reserve_patiently(address: str, port: int, variable: str) -> socket.socket:
    give_up_at = time.monotonic() + PORT_SECONDS
    while True:
        try:
            return reserve(address, port)
        except PortTaken:
            if time.monotonic() > give_up_at:
                raise GroundError(
                    f"Port {port} on {address} is taken by another program; set {variable} to a free one."
                ) from None
            threading.Event().wait(PORT_PAUSE_SECONDS)


def _redis(settings: Settings) -> Program | None:
    if not settings.embedded_redis:
        return None
    _dismiss_orphan(settings.redis_socket)
    return Program("redis", embedded_redis.prepare(settings), settings.redis_socket, quiet=True)


def _dismiss_orphan(path: Path) -> None:
    """Ends a Redis that outlived a killed supervisor, where the kernel does not see to that."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as orphan:
        orphan.settimeout(ORPHAN_SECONDS)
        orphan.connect(str(path))
        orphan.sendall(b"SHUTDOWN\r\n")
        orphan.recv(1)


@contextlib.contextmanager
def _speaking(settings: Settings, names: tuple[str, ...]) -> Iterator[Voice]:
    folder = settings.home / "log"
    make_folder(folder)
    voice = open_voice(folder / "wufen.log", names, sys.stdout.isatty(), SystemClock())
    try:
        yield voice
    finally:
        voice.close()


def _supervise(settings: Settings, plan: Plan, voice: Voice, started_at: float) -> None:
    async def greet() -> None:
        await greeting.all_answer(settings)
        voice.show(greeting.text(settings, seconds=time.monotonic() - started_at))

    supervise(plan, voice, greet, _redis_doctor(settings, voice))


def _redis_doctor(settings: Settings, voice: Voice) -> Callable[[int], None]:
    def examine(stillbirths: int) -> None:
        if stillbirths != REDIS_TRIES:
            return
        aside = embedded_redis.put_aside(embedded_redis.data_folder(settings))
        if aside is not None:
            voice.say(
                "redis_data_put_aside",
                f"Redis cannot use its data; it starts empty, and they are kept in {aside}.",
            )

    return examine
