"""The first thing a child is: ties its life to the supervisor's, then becomes the program.

Run as a file, ``lifeline.py <supervisor's pid> program argument …``, in a bare interpreter (about 15 ms).
Doing this here and not in a hook between fork and exec keeps the supervisor free to have threads.
"""

from __future__ import annotations

import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def tie_to(parent: int) -> None:
    """Have the kernel kill this process when ``parent`` dies, however it dies.

    SIGKILL and not SIGTERM: nobody would be left to end a child that is frozen. Only Linux can; elsewhere
    the children notice the broken heartbeat pipe.
    """
    if sys.platform.startswith("linux"):
        import ctypes

        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        # It died before the kernel was asked.
        sys.exit(1)


def main(arguments: list[str]) -> None:
    """Ties itself to the pid in front and becomes the program behind it."""
    parent, *program = arguments
    tie_to(int(parent))
    try:
        os.execvp(program[0], program)
    except OSError as error:
        sys.exit(f"{program[0]} cannot be started: {error.strerror}.")


if __name__ == "__main__":
    main(sys.argv[1:])
