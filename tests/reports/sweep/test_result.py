"""What a sweep amounts to: rows, the front, the sentence, the table of 80 columns and the JSON."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from json_docs import check_documented
from pipeline_records import make_mixed, make_pipeline
from stored_sweep import SWEEP, UNTRIED, hold, walls

from reports.drawing.text import render_text
from reports.record.errors import RecordError
from reports.record.proposal import Proposal
from reports.record.record import CaseRecord
from reports.sweep.file import load_sweep, save_sweep
from reports.sweep.json import render_json
from reports.sweep.record import Confirmation, Dropped
from reports.sweep.result import judge_sweep, recommend
from reports.sweep.tables import tabulate_sweep


def tell(**fields: object) -> str:
    return recommend(judge_sweep(replace(SWEEP, **fields)))


def test_the_gain_is_that_of_the_fresh_pairs_and_not_of_the_race() -> None:
    assert (
        tell() == "change before to late_map: 4.05 [3.95, 4.15] times as fast as before on 7 fresh pairs of processes"
    )


def test_what_is_not_shown_is_not_recommended() -> None:
    def pairs(*ratios: float, why: str = "") -> Confirmation:
        return Confirmation("late_map", 3, tuple(map(math.log, ratios)), why)

    level = pairs(1.1, 1.0, 0.9, 1.05, 1.02, 0.97)
    assert tell(confirmation=level) == (
        "leave before as it is: no gain could be shown, late_map won the race and is 1.0 [0.90, 1.1] times as fast as "
        "before on 6 fresh pairs"
    )
    assert tell(confirmation=pairs(1.5, 1.5, why="the budget ended")) == (
        "no gain could be shown: late_map has 2 fresh pairs of the 6 that it takes: the budget ended"
    )
    assert tell(confirmation=Confirmation("late_map", 1)).startswith(
        "no gain could be shown: late_map has 0 fresh pairs"
    )
    unfinished = "not finished: the same command with the same --out goes on"
    assert tell(has_confirmed=False) == unfinished
    assert tell(has_raced=False, confirmation=None) == unfinished
    everyone = tuple(Dropped(name, 6, "slower") for name in SWEEP.names[1:])
    assert tell(dropped=everyone, confirmation=None) == (
        "leave before as it is: no gain could be shown, none of 3 candidates was faster"
    )
    nothing = {"cases": SWEEP.cases[:1], "confirmation": None}
    failed = tuple(Dropped(name, 0, "it hangs", has_failed=True) for name in SWEEP.names[1:])
    assert tell(dropped=failed, **nothing) == "leave before as it is: none of 3 candidates could be measured"
    assert tell(dropped=(*failed[1:], Dropped("late_map", 0, "the budget ended")), **nothing) == (
        "no gain could be shown: there was no time for 3 candidates, give more with --budget"
    )
    assert tell(proposal=Proposal((), UNTRIED, ()), names=("before",)) == (
        "leave before as it is: no change is known that surely keeps its meaning"
    )


def find_dominated(*cases: CaseRecord) -> list[str]:
    rows = judge_sweep(replace(SWEEP, cases=cases, dropped=())).rows
    return [row.name for row in rows if row.is_dominated]


def test_another_that_is_surely_better_in_one_thing_and_worse_in_none_dominates() -> None:
    fast, slow = make_pipeline("late_map", walls(200, 202)), make_pipeline("before", walls(1000, 1010))
    assert find_dominated(slow, fast) == ["before"]
    assert find_dominated(slow, fast, hold("before", 100), hold("late_map", 112)) == ["before"], "alike"
    assert find_dominated(slow, fast, hold("before", 100), hold("late_map", 113)) == []
    assert find_dominated(slow, fast, make_mixed("before", [0.92]), make_mixed("late_map", [0.9])) == ["before"]
    assert find_dominated(slow, fast, make_mixed("before", [0.93]), make_mixed("late_map", [0.9])) == []
    alike = make_pipeline("late_map", walls(990, 1020))
    assert find_dominated(slow, alike) == []
    assert find_dominated(slow, alike, hold("before", 113), hold("late_map", 100)) == ["before"], "by its memory alone"


def test_the_table_in_80_columns() -> None:
    text = render_text(tabulate_sweep(judge_sweep(SWEEP), Path("runs/mine")), 80)
    assert (
        text
        == """\
change before to late_map: 4.05 [3.95, 4.15] times as fast as before on 7 fresh
pairs of processes

                rate              ratio  epoch 1   later   first  MiB  mixing
 ────────────────────────────────────────────────────────────────────────────
    before       880                  1    2.0 s   1.1 s  100 ms  5.0    0.90
  * late_map    4.8k     5.5 [5.0, 5.9]   400 ms  210 ms   20 ms  2.0    0.90
  - ahead       1.1k     1.3 [1.1, 1.4]    1.8 s  910 ms   90 ms    -       -
  - slow         660  0.76 [0.67, 0.86]    3.0 s   1.5 s  150 ms    -       -

 ratio: to before, in the same round; the best of many looks better than it is
 * won; - left; + stayed: no other is surely better in one thing, worse in none
 rate: examples/s; first: wait for the first batch; mixing: 0 unmoved, 1 random
 no time to read the memory of ahead

 late_map  shuffle, batch, then map
           lines().shuffle(1000).batch(100).map(row)
 ahead     prefetch last
           lines().map(row).shuffle(1000).batch(100).prefetch(-1)
           left after 6 rounds: 1.1 times as fast as before, late_map 5.0
 slow      batch first
           lines().batch(100).map(row).shuffle(1000)
           left after 6 rounds: 0.67 times as fast as before

 not tried: parse_example on batches, because parse_single_example is another
 operation
   by hand: write parse_example by hand
 not tried: a smaller shuffle, because the mixing score falls
   which changes the meaning: shuffle(100)

 looked at 1,000 examples
 record: runs/mine
 next: patch -p1 < runs/mine/sweep.patch (or git apply), then look at the change"""
    )


def test_where_there_is_no_patch_the_code_is_shown() -> None:
    lines = render_text(tabulate_sweep(judge_sweep(replace(SWEEP, patch="")), Path("runs/mine")), 80).splitlines()
    place = lines.index(" in your code:")
    assert lines[place + 1] == "   lines().shuffle(1000).batch(100).map(row)"
    assert lines[-2].startswith(" next: mnist-report page runs/mine")


def test_the_json_tells_what_the_docs_say() -> None:
    printed = check_documented(render_json(judge_sweep(SWEEP), "runs/mine/record.json", 0))
    assert printed["gain"]["count"] == 7
    assert printed["is_recommended"] is True
    assert [row["name"] for row in printed["pipelines"]] == ["before", "late_map", "ahead", "slow"]
    late = printed["pipelines"][1]
    assert (late["live_bytes"]["median"], late["displacement"]["median"], late["is_winner"]) == (2 * 2**20, 0.9, True)
    assert printed["untried"][1] == {
        "change": "a smaller shuffle",
        "why": "the mixing score falls",
        "mend": "shuffle(100)",
        "changes_meaning": True,
    }


def test_a_sweep_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "sweep.json"
    save_sweep(SWEEP, file)
    assert load_sweep(file) == SWEEP


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"mnist_bench_sweep": 2}, "has another format than 1: use a newer version"),
        ({"num_rounds": "six"}, "is damaged"),
        ({"colour": "red"}, "is damaged"),
    ],
)
def test_a_file_that_is_damaged_is_refused_in_one_line(tmp_path: Path, change: dict[str, object], line: str) -> None:
    file = tmp_path / "sweep.json"
    save_sweep(SWEEP, file)
    file.write_text(json.dumps({**json.loads(file.read_text(encoding="utf-8")), **change}), encoding="utf-8")
    with pytest.raises(RecordError, match=line):
        load_sweep(file)
    file.write_text("{}", encoding="utf-8")
    with pytest.raises(RecordError, match="is not a sweep: give the folder of a run that mnist-bench sweep wrote"):
        load_sweep(file)
