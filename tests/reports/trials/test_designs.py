"""Prices of designs: by hand, their order, the file and the table."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from json_docs import check_documented

from reports.drawing.text import render_text
from reports.record.errors import RecordError
from reports.stats.spread import Spread
from reports.trials.design_tables import tabulate_prices
from reports.trials.designs import PAIRS, Design, DesignPair, Price, price_designs, render_prices_json

DESIGN = Design("raw", 3200, 8, is_pinned=False)
PINNED = replace(DESIGN, is_pinned=True)
VALUES = (-0.01, 0.0, 0.01)


def pair(time: float, design: Design = DESIGN, *, cpu: float | None = 0.0, spent_s: float = 4.0) -> DesignPair:
    return DesignPair(design, "post", time, cpu, spent_s)


def test_the_price_is_the_variance_in_percent_times_the_seconds() -> None:
    pairs = [
        pair(value, cpu=2 * value, spent_s=seconds) for value, seconds in zip(VALUES, (3.0, 4.0, 8.0), strict=True)
    ]
    time, cpu = price_designs(pairs)
    assert (time.design, time.metric, cpu.metric) == (DESIGN, "time", "cpu")
    assert (time.spread.deviation, time.spread.count) == (pytest.approx(0.01), 3)
    assert time.pair_s == 5.0
    assert time.cost == pytest.approx(1.0**2 * 5.0)
    assert cpu.cost == pytest.approx(4 * time.cost)


def test_a_platform_without_cpu_time_has_no_price_for_it() -> None:
    assert [price.metric for price in price_designs([pair(0.1, cpu=None)] * 3)] == ["time"]


def test_two_pairs_are_too_few() -> None:
    assert price_designs([pair(0.1)] * 2) == ()
    assert len(price_designs([pair(0.1)] * 3)) == 2


def test_the_cheapest_comes_first_and_time_before_cpu() -> None:
    noisy = [pair(10 * value, PINNED, cpu=value) for value in VALUES]
    calm = [pair(value, cpu=10 * value) for value in VALUES]
    assert [(each.metric, each.design.is_pinned) for each in price_designs(noisy + calm)] == [
        ("time", False), ("time", True), ("cpu", True), ("cpu", False)
    ]  # fmt: skip


def test_pairs_come_back_as_they_were_appended(tmp_path: Path) -> None:
    pairs = (pair(0.1), pair(0.3, PINNED, cpu=None))
    for each in pairs:
        PAIRS.append(each, tmp_path / "designs.jsonl")
    assert PAIRS.load(tmp_path / "designs.jsonl") == pairs


@pytest.mark.parametrize("line", ["{}", '{"mnist_bench_design": 1}', '{"mnist_bench_design_pair": 1, "case": "post"}'])
def test_a_line_that_is_no_pair_is_told(line: str, tmp_path: Path) -> None:
    (tmp_path / "designs.jsonl").write_text(line + "\n")
    with pytest.raises(RecordError, match="line 1 is damaged, or no pair of a design"):
        PAIRS.load(tmp_path / "designs.jsonl")


PRICES = (
    Price(PINNED, "time", Spread(0.02, 0.015, 0.04, 12), 4.0),
    Price(DESIGN, "time", Spread(0.1, 0.07, 0.2, 12), 3.0),
    Price(PINNED, "cpu", Spread(0.0315, 0.02, 0.05, 12), 1.0),
)
TABLE = """\
wall time

  pair                                         SD %   time  SD² s  pairs
 ───────────────────────────────────────────────────────────────────────
  raw, 8 turns of 3200, one core*    2.0 [1.5, 4.0]  4.0 s     16     12
  raw, 8 turns of 3200, free       10.0 [7.0, 20.0]  3.0 s    300     12

CPU time

  pair                                       SD %   time  SD² s  pairs
 ─────────────────────────────────────────────────────────────────────
  raw, 8 turns of 3200, one core*  3.1 [2.0, 5.0]  1.0 s    9.9     12

 SD: of the difference between two equal processes, over all cases, with its 95% interval
 SD² s: times the time of a pair; where it is twice as much, a gate takes twice as long
 *: the gate's present design"""


def test_the_table_is_as_it_is_printed() -> None:
    assert render_text(tabulate_prices(PRICES, PINNED), 100) == TABLE


@pytest.mark.parametrize(("deviation", "shown"), [(0.01, " 1.0 "), (0.0315, " 9.9 "), (0.03155, " 10 ")])
def test_a_small_cost_has_a_decimal(deviation: float, shown: str) -> None:
    price = Price(DESIGN, "time", Spread(deviation, 0.01, 0.04, 12), 1.0)
    assert shown in render_text(tabulate_prices((price,), DESIGN), 100).splitlines()[4]


def test_where_there_are_too_few_pairs_the_table_says_so() -> None:
    assert render_text(tabulate_prices((), DESIGN)).strip() == "no design has 3 pairs yet: give a larger --budget"


def test_json_has_all_prices() -> None:
    check_documented(render_prices_json(PRICES))
    content = json.loads(render_prices_json(PRICES))
    assert content["schema"] == "mnist-bench/designs/1"
    assert [round(each["cost"]) for each in content["prices"]] == [16, 300, 10]
    assert content["prices"][0]["design"] == {"arm": "raw", "num_examples": 3200, "num_turns": 8, "is_pinned": True}
    assert content["prices"][1]["spread"] == {"deviation": 0.1, "low": 0.07, "high": 0.2, "count": 12}
