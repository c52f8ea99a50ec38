"""Programs that tests start leave files behind: browsers a profile, servers a socket. They land in one folder, removed
at the end of the session, and not in the home of whoever runs the tests."""

import os
import shutil
import tempfile

_VARIABLES = ("TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")


def gather() -> str:
    """Points programs that are started from now on to a new folder; returns it for `sweep`.

    Our own temporary files stay where they were: what pytest keeps of a failed test outlives the session.
    """
    tempfile.gettempdir()  # fixes ours before the variable changes
    folder = tempfile.mkdtemp(prefix="wufen-")
    os.environ.update(dict.fromkeys(_VARIABLES, folder))
    return folder


def sweep(folder: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)
