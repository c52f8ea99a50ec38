"""A hub on a machine whose clock somebody sets: ``python -m tests.hub.hub_with_a_set_clock``.

The file that ``CLOCK_IS_SET_BY`` names says by how many seconds. Only what reads the machine's clock is stepped;
what counts monotonically is not, as on a real machine.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

from hub.__main__ import main
from models.clock import SystemClock


def _set(path: Path) -> None:
    true_time = SystemClock.now

    def now(clock: SystemClock) -> datetime:
        return true_time(clock) + timedelta(seconds=float(path.read_text()))

    setattr(SystemClock, "now", now)  # noqa: B010 - the machine's own clock is not ours to set


if __name__ == "__main__":
    _set(Path(os.environ["CLOCK_IS_SET_BY"]))
    sys.exit(main())
