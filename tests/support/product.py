"""The whole product as an operator starts it, `wufen run`, with a home and ports of its own.

For tests of what only real processes can show. What the processes wrote is printed when a test fails. Finds
processes through /proc, so it needs Linux.
"""

import contextlib
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.support.ports import free_ports
from tests.support.waiting import until

_ROOT = Path(__file__).resolve().parents[2]
_COMMAND = Path(sys.executable).with_name("wufen")
_START_SECONDS = 40
_STOP_SECONDS = 15
_SHOWN_BYTES = 40_000


class Product:
    """A running Wufen. Processes have the names that the supervisor gives them: `web.1`, `hub.2`."""

    def __init__(self, home: Path, settings: dict[str, str]) -> None:
        web_port, hub_port = free_ports(2)
        self.home = home
        self.web_url = f"http://127.0.0.1:{web_port}"
        self.hub_url = f"ws://127.0.0.1:{hub_port}/connection/websocket"
        self._hub_http_url = f"http://127.0.0.1:{hub_port}"
        self._environment = _environment(home, web_port, hub_port, settings)
        home.mkdir(parents=True, exist_ok=True)
        self._log = home / "test-output.log"
        self._supervisor: subprocess.Popen[bytes] | None = None

    @property
    def settings(self) -> dict[str, str]:
        """The WUFEN_ variables that it was started with."""
        return {name: value for name, value in self._environment.items() if name.startswith("WUFEN_")}

    @property
    def supervisor_pid(self) -> int:
        """The process that was started; everything else is below it."""
        assert self._supervisor is not None, "it does not run"
        return self._supervisor.pid

    def start(self) -> None:
        """Starts everything and returns when web and hub are ready."""
        with self._log.open("ab") as log:
            self._supervisor = subprocess.Popen(
                [_COMMAND, "run"], cwd=_ROOT, env=self._environment, stdout=log, stderr=log
            )
        until(self._is_ready, "web and hub to be ready", _START_SECONDS)

    def stop(self) -> int:
        """Ends it as Ctrl-C does; returns the exit code. Whatever remains is killed and complained of."""
        if self._supervisor is None:
            return 0
        left = self._processes()
        self._supervisor.send_signal(signal.SIGINT)
        try:
            code = self._supervisor.wait(_STOP_SECONDS)
        finally:
            self._supervisor.kill()
            self._supervisor.wait()
            self._supervisor = None
        _expect_gone(left)
        return code

    def pid(self, name: str) -> int:
        """Waits until a process of this name runs."""
        return until(lambda: self._processes().get(name), f"a process named {name}")

    def wait_until_whole(self, names: Iterable[str]) -> None:
        """Returns when these processes run, and web and hub are ready."""
        for name in names:
            self.pid(name)
        until(self._is_ready, "web and hub to be ready", _START_SECONDS)

    def kill(self, name: str) -> int:
        """Kills a process as a power cut would (SIGKILL) and returns the pid it had."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGKILL)
        until(lambda: self._processes().get(name) != pid, f"the end of {name}")
        return pid

    def output(self) -> str:
        """The newest part of what all processes wrote."""
        return self._log.read_bytes()[-_SHOWN_BYTES:].decode(errors="replace")

    def _is_ready(self) -> bool:
        if self._supervisor is not None and self._supervisor.poll() is not None:
            raise RuntimeError(f"wufen run ended with {self._supervisor.returncode}:\n{self.output()}")
        return all(_answers(f"{url}/readyz") for url in (self.web_url, self._hub_http_url))

    def _processes(self) -> dict[str, int]:
        """Name and pid of the supervisor's children."""
        if self._supervisor is None:
            return {}
        return {name: pid for pid in _children(self._supervisor.pid) if (name := _name(pid))}


@contextlib.contextmanager
def running_product(home: Path, **settings: str) -> Iterator[Product]:
    """Runs the product in `home`; `settings` are WUFEN_ variables without the prefix, in lower case."""
    product = Product(home, settings)
    try:
        product.start()
        yield product
    finally:
        try:
            product.stop()
        finally:
            print(product.output())


def _environment(home: Path, web_port: int, hub_port: int, settings: dict[str, str]) -> dict[str, str]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("WUFEN_")}
    ours = {"home": str(home), "web_port": str(web_port), "hub_port": str(hub_port), **settings}
    return outside | {f"WUFEN_{name.upper()}": value for name, value in ours.items()}


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _children(parent: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [
            int(pid)
            for task in Path(f"/proc/{parent}/task").iterdir()
            for pid in (task / "children").read_text().split()
        ]
    return []


def _name(pid: int) -> str | None:
    with contextlib.suppress(OSError):
        for variable in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
            if variable.startswith(b"WUFEN_PROCESS="):
                return variable.partition(b"=")[2].decode()
    return None


def _expect_gone(processes: dict[str, int]) -> None:
    left = {name: pid for name, pid in processes.items() if Path(f"/proc/{pid}").exists()}
    for pid in left.values():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    if left:
        raise RuntimeError(f"still there after the product has stopped: {', '.join(left)}")
