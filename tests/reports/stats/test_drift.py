"""How often intervals cover what they are of where the machine drifts: the simulation in the docs, run as it stands."""

import contextlib
import io
import re
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs/measuring.md"
TOLD = re.compile(r"covers (\d+)%, of a ratio (\d+)%")


def test_the_docs_tell_what_their_simulation_prints() -> None:
    script, told = re.findall(r"```(?:python)?\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[-2:]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(script, str(PAGE), "exec"), {"__name__": "docs"})  # noqa: S102  # our own page
    assert printed.getvalue() == told
    (still, steady), *drifting = [tuple(map(int, each)) for each in TOLD.findall(told)]
    assert (still, steady) == (96, 97), "without drift both hold"
    assert [(rate < 60, ratio >= 95) for rate, ratio in drifting] == [(True, True)] * 2
