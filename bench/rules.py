"""What asking a rule costs, and what checking a table does: ``python -m bench.rules``.

One process, nothing else: CPU microseconds per question, each the best of five rounds. The floor is the rule
engine alone with the same model; "again" are inputs that were asked before, as most of a day's are; "parsed anew"
is what it costs to hand the engine the model each time.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

import msgspec
import zen

from models.clock import SystemClock
from models.rules import faults
from models.rules.book import Activation, Book
from models.rules.columns import complete
from models.rules.content import Content, Golden, Row, to_model
from models.rules.evaluation import Compiled
from models.rules.shipped import shipped

ROUNDS = 5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20_000)
    times = parser.parse_args().times
    print(
        f"{'table':<24}{'rows':>6}{'engine':>9}{'asked':>9}{'again':>8}{'in force':>10}"
        f"{'parsed anew':>13}{'check ms':>10}"
    )
    for name, compiled in shipped().items():
        _row(name, compiled, times)
    _row("response, long", Compiled(_long()), times)
    return 0


def _row(name: str, compiled: Compiled, times: int) -> None:
    content = compiled.content
    inputs = complete(compiled.definition.inputs, {})
    model = to_model(content, naming_rows=True)
    static: Any = {"type": "static", "content": {"table": msgspec.json.decode(model)}}
    engine = zen.ZenEngine({"loader": static})
    now = SystemClock().now()
    at = Activation(content.table, "511802", "v", now)
    book = Book({"v": compiled}, [at], {"511802": "511800"})

    def in_force() -> Any:
        # What the reason means is asked before any other question.
        book.in_force("reasons", "511802", now).compiled.ask({"kind": "move_car", "reason": "blocking"})
        return book.in_force(content.table, "511802", now).compiled.ask_engine(inputs)

    figures = [
        _cost(lambda: engine.evaluate("table", inputs), times),
        _cost(lambda: compiled.ask_engine(inputs), times),
        _cost(lambda: compiled.ask(inputs), times),
        _cost(in_force, times),
        _cost(lambda: zen.ZenEngine().create_decision(model).evaluate(inputs), times // 50),
    ]
    check = _cost(lambda: faults.find(content), 5) / 1000
    shown = "".join(f"{figure:>{width}.1f}" for figure, width in zip(figures, (9, 9, 8, 10, 13), strict=True))
    print(f"{name:<24}{len(content.rows):>6}{shown}{check:>10.1f}")


def _cost(call: Callable[[], Any], times: int) -> float:
    """Microseconds of CPU, the best of some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for _ in range(times):
            call()
        best = min(best, (time.process_time() - began) / times)
    return best * 1e6


def _long() -> Content:
    """Nearly as many rows as a table may have, the last of which decides."""
    sentence = {"zh": "长表", "en": "A long table"}
    rows = [
        Row(
            f"row_{number}",
            {"hour": str(number % 24), "place": "'school'", "reason": "'other'", "seconds": "60"},
        )
        for number in range(24)
    ]
    rows += [
        Row(f"more_{number}", {"hour": str(number % 24), "kind": kind, "reason": "'space'", "seconds": "60"})
        for kind in ("'accident'", "'report'", "'hazard'")
        for number in range(24)
    ]
    rows = [Row(f"row_{number}", row.cells) for number, row in enumerate(rows)]
    default = Row("default", {"seconds": "300"})
    return Content(
        "response", sentence, {"en": "a bench"}, (*rows, default), (Golden({"en": "any"}, {}, {}),)
    )


if __name__ == "__main__":
    raise SystemExit(main())
