"""Keeps the tests and whoever runs them apart: no setting of his reaches them, and none of their files stays with him.

Browsers leave a profile behind, servers a socket: they land in one folder that goes with the session.
"""

import os
import shutil
import tempfile

_VARIABLES = ("TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")
_OURS = "TESTS_TEMPORARY_FOLDER"


def gather() -> str:
    """Points programs that are started from now on to a new folder; returns it for `sweep`.

    Our own temporary files stay where they were: what pytest keeps of a failed test outlives the session.
    """
    # A worker of pytest-xdist is itself such a program, and has to find the folder that was meant.
    tempfile.tempdir = os.environ.setdefault(_OURS, tempfile.gettempdir())
    folder = tempfile.mkdtemp(prefix="wufen-")
    os.environ.update(dict.fromkeys(_VARIABLES, folder))
    for name in [name for name in os.environ if name.startswith("WUFEN_")]:
        del os.environ[name]  # settings of whoever runs the tests are not for them
    return folder


def sweep(folder: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)
