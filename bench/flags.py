"""What asking a flag costs: ``python -m bench.flags``.

One process, nothing else: CPU microseconds per question, each the best of five rounds. The floor is the flag engine
alone with the same flag, without the SDK; "remembered" is a question that was asked before of the same set.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from openfeature.contrib.tools.flagd.core import FlagdCore
from openfeature.evaluation_context import EvaluationContext

from models.flags.content import Content, Stage
from models.flags.definitions import DEFINITIONS
from models.flags.flags import Flags, FlagSet
from models.flags.targeting import compiled

ROUNDS = 5
KEY, DISTRICT, CITY = "module.move_car", "511802", "511800"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5_000)
    times = parser.parse_args().times
    print(f"{'the flag says':<44}{'engine':>9}{'asked':>9}{'remembered':>12}")
    stages = {f"5118{number:02}": Stage("live") for number in range(22, 29)}
    for name, content in (
        ("live everywhere", Content(Stage("live"))),
        ("20 % everywhere", Content(Stage("pilot", 20))),
        (
            "20 % here, live in seven districts",
            Content(Stage("off"), districts={**stages, DISTRICT: Stage("pilot", 20)}),
        ),
    ):
        _row(name, content, times)
    return 0


def _row(name: str, content: Content, times: int) -> None:
    units = [f"01K{number:023}" for number in range(times)]
    core = FlagdCore()
    core.set_flags({"flags": {KEY: compiled(DEFINITIONS[KEY], content)}})
    flags = Flags()
    known = FlagSet({**flags.set.contents, KEY: content}, {DISTRICT: CITY})

    def engine(unit: str) -> None:
        attributes = {"district": DISTRICT, "city": CITY, "role": "public"}
        core.resolve_boolean_value(KEY, False, EvaluationContext(unit, attributes))

    def asked(unit: str) -> None:
        flags.is_on(KEY, DISTRICT, unit=unit)

    flags.put(known)
    asked(units[0])
    figures = (
        _cost(engine, units),
        _cost(asked, units, before=lambda: flags.put(known)),
        _cost(lambda _: asked(units[0]), units),
    )
    print(f"{name:<44}{figures[0]:>9.1f}{figures[1]:>9.1f}{figures[2]:>12.2f}")


def _cost(call: Callable[[str], None], units: list[str], before: Callable[[], None] | None = None) -> float:
    """Microseconds of CPU, the best of some rounds; ``before`` each of them."""
    best = float("inf")
    for _ in range(ROUNDS):
        if before is not None:
            before()
        began = time.process_time()
        for unit in units:
            call(unit)
        best = min(best, (time.process_time() - began) / len(units))
    return best * 1e6


if __name__ == "__main__":
    raise SystemExit(main())
