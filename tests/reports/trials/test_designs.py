"""Prices of designs: by hand, their order, the file and the table."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from reports.drawing.text import render_text
from reports.record.errors import RecordError
from reports.stats.spread import Spread
from reports.trials.design_tables import render_prices_json, tabulate_prices
from reports.trials.designs import DesignPair, Neighbours, Price, Way, append_pair, load_pairs, price_ways, read_pair

WAY = Way("raw", 3200, False, 4, "median", drops_contaminated=True)


def turns(*times: float, cpu: float | None = 0.0, contaminated: tuple[int, ...] = ()) -> tuple[Neighbours, ...]:
    return tuple(Neighbours(time, cpu, rank in contaminated, 2.0 + rank) for rank, time in enumerate(times))


def pair(*times: float, **choices) -> DesignPair:
    return DesignPair("post", "raw", 3200, False, turns(*times, **choices))


@pytest.mark.parametrize(
    ("way", "expected"),
    [
        (WAY, 2.0),
        (replace(WAY, num_turns=2), 1.5),
        (replace(WAY, center="trimmed mean"), 2.0),
        (replace(WAY, drops_contaminated=False), 2.5),
        (replace(WAY, drops_contaminated=False, center="trimmed mean"), 2.5),
    ],
)
def test_a_pair_is_read_in_a_way(way: Way, expected: float) -> None:
    assert read_pair(pair(1.0, 2.0, 3.0, 100.0, 7.0, contaminated=(3,)), way, "time") == pytest.approx(expected)


def test_half_of_the_turns_must_be_calm_or_none_is_dropped() -> None:
    times = (1.0, 2.0, 3.0, 4.0)
    assert read_pair(pair(*times, contaminated=(2, 3)), WAY, "time") == 1.5
    assert read_pair(pair(*times, contaminated=(1, 2, 3)), WAY, "time") == 2.5


def test_a_platform_without_cpu_time_has_no_price_for_it() -> None:
    prices = price_ways([pair(0.1, 0.1, 0.1, 0.1, cpu=None)] * 3)
    assert {price.metric for price in prices} == {"time"}


def test_the_price_is_the_variance_in_percent_times_the_seconds() -> None:
    pairs = [pair(*[value] * 4, cpu=2 * value) for value in (-0.01, 0.0, 0.01)]
    price = next(each for each in price_ways(pairs) if (each.way, each.metric) == (WAY, "time"))
    assert price.spread.deviation == pytest.approx(0.01)
    assert price.pair_s == 5.0
    assert price.cost == pytest.approx(1.0**2 * 5.0)
    cpu = next(each for each in price_ways(pairs) if (each.way, each.metric) == (WAY, "cpu"))
    assert cpu.cost == pytest.approx(4 * price.cost)


def test_fewer_turns_are_the_first_ones_and_take_less_time() -> None:
    pairs = [pair(*[value] * 16) for value in (-0.01, 0.0, 0.01)]
    seconds = {price.way.num_turns: price.pair_s for price in price_ways(pairs)}
    assert seconds == {4: 5.0, 8: 9.0, 16: 17.0}


def test_two_pairs_are_too_few() -> None:
    assert price_ways([pair(0.1, 0.2, 0.3, 0.4)] * 2) == ()
    assert len(price_ways([pair(0.1, 0.2, 0.3, 0.4)] * 3)) == 2 * 2 * 2


def test_the_cheapest_comes_first_and_time_before_cpu() -> None:
    noisy = [replace(pair(*[value] * 4), arm="default") for value in (-0.1, 0.0, 0.1)]
    calm = [pair(*[value] * 4) for value in (-0.01, 0.0, 0.01)]
    prices = [each for each in price_ways(noisy + calm) if each.way.center == "median" and each.way.drops_contaminated]
    assert [(each.metric, each.way.arm) for each in prices[:2]] == [("time", "raw"), ("time", "default")]
    assert [each.metric for each in prices] == ["time", "time", "cpu", "cpu"]


def test_pairs_come_back_as_they_were_appended(tmp_path: Path) -> None:
    file = tmp_path / "new/designs.jsonl"
    assert load_pairs(file) == ()
    pairs = (pair(0.1, -0.2, contaminated=(1,)), replace(pair(0.3, cpu=None), is_pinned=True))
    for each in pairs:
        append_pair(each, file)
    assert load_pairs(file) == pairs


@pytest.mark.parametrize("line", ["{}", "[]", "no JSON", '{"mnist_bench_design_pair": 1}'])
def test_a_damaged_line_is_told(line: str, tmp_path: Path) -> None:
    (tmp_path / "designs.jsonl").write_text(line + "\n")
    with pytest.raises(RecordError, match="line 1 is damaged, or no pair of a design"):
        load_pairs(tmp_path / "designs.jsonl")


def test_a_newer_format_is_told(tmp_path: Path) -> None:
    (tmp_path / "designs.jsonl").write_text('{"mnist_bench_design_pair": 2}\n')
    with pytest.raises(RecordError, match="line 1 has another format than 1: use a newer version"):
        load_pairs(tmp_path / "designs.jsonl")


PRICES = (
    Price(replace(WAY, is_pinned=True, num_turns=16), "time", Spread(0.02, 0.015, 0.04, 12), 4.0),
    Price(replace(WAY, arm="default", center="trimmed mean"), "time", Spread(0.05, 0.03, 0.09, 12), 2.0),
    Price(replace(WAY, num_turns=8, drops_contaminated=False), "time", Spread(0.1, 0.07, 0.2, 12), 3.0),
)
TABLE = """\
wall time: 1 of 3 ways

  pair                             read as                     SD %   time  SD² s  pairs
 ───────────────────────────────────────────────────────────────────────────────────────
  raw, 16 turns of 3200, one core  median of calm    2.0 [1.5, 4.0]  4.0 s     16     12
  raw, 8 turns of 3200, free*      median of all   10.0 [7.0, 20.0]  3.0 s    300     12

 calm: turns that nobody disturbed, as long as half of a pair's are; else all
 SD: of the difference between two equal processes, over all cases, with its 95% interval
 SD² s: times the time of a pair; where it is twice as much, a gate takes twice as long
 fewer turns are the first ones of the same pairs; *: the gate's present design"""


def render(*arguments) -> str:
    return render_text(tabulate_prices(*arguments))


def test_the_table_shows_the_cheapest_and_the_present_way() -> None:
    assert render(PRICES, PRICES[2].way, 1) == TABLE


@pytest.mark.parametrize(("deviation", "shown"), [(0.01, " 1.0 "), (0.0315, " 9.9 "), (0.03155, " 10 ")])
def test_a_small_cost_has_a_decimal(deviation: float, shown: str) -> None:
    price = Price(WAY, "time", Spread(deviation, 0.01, 0.04, 12), 1.0)
    assert shown in render((price,), WAY, 1).splitlines()[4]


def test_where_there_are_too_few_pairs_the_table_says_so() -> None:
    assert render((), WAY, 3) == "no design has 3 pairs yet: give a larger --budget"


def test_json_has_all_ways() -> None:
    content = json.loads(render_prices_json(PRICES))
    assert content["mnist_bench_designs"] == 1
    assert [round(each["cost"]) for each in content["prices"]] == [16, 50, 300]
    assert content["prices"][0]["way"]["num_turns"] == 16
    assert math.isclose(content["prices"][1]["spread"]["deviation"], 0.05)
