"""Runs side by side as text: literal, within 100 columns, loud where it must be; and the same as JSON."""

import json
from dataclasses import replace

import pytest
from compared import GPU, MACHINE, SETTING, make_case, make_reading, make_run, slow_down

from reports.compare.conclusion import conclude
from reports.compare.json import render_json
from reports.compare.side_by_side import LETTERS, CompareError, put_side_by_side
from reports.compare.tables import tabulate_side_by_side
from reports.compare.thresholds import parse_thresholds
from reports.drawing.text import render_text
from reports.record.program import Program
from reports.record.record import CaseRecord
from reports.summary.summary import Summary

A = make_run("a", make_case("post"), make_case("fast", slow_down(0.5)), make_reading("post", 100))
B = make_run("b", make_case("post"), make_case("fast", slow_down(0.75)), make_reading("post", 100))


def contaminate(case: CaseRecord, count: int) -> CaseRecord:
    """The case, with others on the machine in its first turns."""
    turns = (
        replace(turn, sample=replace(turn.sample, contaminated=number < count))
        for number, turn in enumerate(case.turns)
    )
    return replace(case, turns=tuple(turns))


def draw(*runs: Summary, fail_on=(), everything: bool = False, columns: int = 100) -> str:
    shown, thresholds = put_side_by_side(runs), parse_thresholds(fail_on)
    conclusion = conclude(shown, thresholds)
    return render_text(tabulate_side_by_side(shown, conclusion, everything=everything), columns)


def lines_of(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def test_the_whole_text_of_two_runs() -> None:
    assert lines_of(draw(A, B)) == [
        " A  a                 Test CPU, 2 cores, Linux",
        "    2026-11-25T10:00",
        " B  b                 Test CPU, 2 cores, Linux",
        "    2026-11-25T10:00",
        " B compared with A",
        " the same machine, versions, data and programs, as far as the files tell",
        " time per example: 1 worse, 1 level; B / A 1.00 to 1.50, middle 1.25",
        "  case                            A        B               B / A",
        " ────────────────────────────────────────────────────────────────────────",
        "  fast-default-cpu           5.0 us   7.5 us   1.50 [1.48, 1.52]   worse",
        " time relative to post in the same round: 1 worse",
        "  case                           A       B               B / A",
        " ──────────────────────────────────────────────────────────────────────",
        "  fast-default-cpu           0.500   0.750   1.50 [1.49, 1.51]   worse",
        " time to the first batch: 2 level; B / A 1.00 to 1.00, middle 1.00",
        " live heap beyond the source: 1 level",
        " ratio: any turn to any of A, median [95% interval]; worse, better: all of it is; level: 1 is in it",
        " an interval knows the noise within the runs, not between them: see docs/comparing.md",
    ]


def test_all_shows_the_rows_of_what_did_not_change_too() -> None:
    text = draw(A, B, everything=True)
    assert "  post-default-cpu           100 MiB   100 MiB   1.0 [0.89, 1.1]   level" in lines_of(text)
    assert text.count("post-default-cpu") == 3


def test_thresholds_replace_the_words_and_close_with_the_verdict() -> None:
    unsure = make_run("c", make_case("post", (80, 90, 100, 130, 150, 160)), make_case("fast", slow_down(0.5)))
    text = lines_of(draw(A, B, unsure, fail_on=["time:10%"]))
    assert [line.split()[-1] for line in text if line.startswith("  fast-default-cpu           5.0")] == ["REGRESSED"]
    assert [line.split()[-1] for line in text if line.startswith("  post-default-cpu")] == ["INCONCLUSIVE"]
    assert text[-2:] == [
        " REGRESSED: fast-default-cpu (time in b)",
        " INCONCLUSIVE: post-default-cpu (time in c)",
    ]


def test_a_change_within_the_threshold_is_fine() -> None:
    text = lines_of(draw(A, B, fail_on=["time:60%"]))
    assert [line.split()[-1] for line in text if line.startswith("  fast-default-cpu           5.0")] == ["fine"]
    assert text[-1] == " fine: all 2 within time:60%"


def test_another_machine_is_said_first_and_its_times_are_not_judged() -> None:
    other = make_run("b", make_case("post", slow_down(2)), machine=replace(MACHINE, num_cores=8))
    text = lines_of(draw(A, other, fail_on=["time:10%"]))
    assert text[5:7] == [
        " ! A and B ran on different machines: ratios of times are about the machines",
        " cores: 2 -> 8",
    ]
    assert "REGRESSED" not in "".join(text)
    assert "  post-default-cpu           10 us   20 us   2.00 [1.96, 2.04]   worse" in text


@pytest.mark.parametrize(
    ("factors", "said"),
    [
        ((1.12, 1.13, 1.14, 1.15, 0.5), True),
        ((1.09, 1.09, 1.14, 1.15, 1.5), False),
        ((0.5, 0.6, 0.7, 0.8, 3), True),
        ((0.95, 0.96, 0.97, 0.98, 0.98), False),
        ((2, 2, 2), False),  # too few to say of all
    ],
)
def test_what_all_cases_share_is_blamed_on_the_machine(factors: tuple[float, ...], said: bool) -> None:
    a = make_run("a", *(make_case(f"case{number}") for number in range(len(factors))))
    b = make_run("b", *(make_case(f"case{number}", slow_down(factor)) for number, factor in enumerate(factors)))
    line = " ! most cases changed alike: rather the machine than the code; go by relative"
    assert (line in lines_of(draw(a, b))) is said


def test_company_on_the_machine_is_said_before_the_numbers_it_spoils() -> None:
    b = make_run("b", contaminate(make_case("post", slow_down(2)), 4), contaminate(make_case("fast"), 3))
    text = lines_of(draw(A, b, fail_on=["time:10%"]))
    assert text[6] == " ! others used the machine in most turns of 1 of 2 cases: measure those again"
    rows = [line.split() for line in text]
    assert ["post-default-cpu", "10", "us", "20", "us", "2.00", "[1.96,", "2.04]", "INCONCLUSIVE"] in rows
    assert text[-2:] == [" REGRESSED: fast-default-cpu (time)", " INCONCLUSIVE: post-default-cpu (time)"]


def test_what_is_not_compared_is_listed() -> None:
    b = make_run("b", make_case("post", ordering="map().batch(1)"), make_case("new"), make_case("new", device="gpu"))
    text = lines_of(draw(A, b))
    assert " only in A, not compared: fast-default-cpu, post-default-cpu (bytes)" in text
    assert " only in B, not compared: new-default-cpu, new-default-gpu" in text
    assert " not the same in both, not compared: post-default-cpu (ordering)" in text


def test_every_case_that_is_only_in_one_is_named_however_many_there_are() -> None:
    many = make_run("b", make_case("post"), *(make_case(f"case{number}") for number in range(300)))
    text = " ".join(draw(A, many).split())
    assert all(f"case{number}-default-cpu" in text for number in range(300))


def test_of_many_programs_that_changed_five_are_shown() -> None:
    def run(path: str, chain: str) -> Summary:
        return make_run(path, *(make_case(f"case{number}", program=Program(chain, ())) for number in range(7)))

    text = lines_of(draw(run("a", "Map > Range"), run("b", "ParallelMapV2 > Range")))
    assert " case4-default-cpu runs as: Map > Range -> ParallelMapV2 > Range" in text
    assert " and 2 more that run as something else" in text
    assert not any(line.startswith(" case5") for line in text)


def test_devices_beside_each_other_have_a_table_of_their_own() -> None:
    gpu = make_case("post", slow_down(0.25), device="gpu", device_use=GPU)
    text = lines_of(draw(make_run("a", make_case("post"), gpu)))
    assert text == [
        " A  a                 Test CPU, 2 cores, Linux, Test GPU",
        "    2026-11-25T10:00",
        " devices beside each other: time per example, in A, turn against turn of a round",
        "  case                         cpu   device            speed-up",
        " ───────────────────────────────────────────────────────────────",
        "  post-default-gpu           10 us   2.5 us   4.00 [3.92, 4.08]",
        " speed-up: the cpu's time over the device's; above 1 the device is faster. It is no regression",
    ]
    across = lines_of(draw(make_run("a", make_case("post")), make_run("b", gpu)))
    assert " devices beside each other: time per example, cpu of A, the other of B: two runs" in across
    assert " only in A, not compared: post-default-cpu" in across


@pytest.mark.parametrize("columns", [80, 100])
def test_long_names_fold_and_everything_fits(columns: int) -> None:
    name = "shuffle(1000).batch(64).map(parallel=4, deterministic=False).prefetch(2)"
    runs = [
        make_run(
            path, make_case(name, slow_down(f)), make_case("map_before_shuffle-x" * 2, slow_down(f, (100, 200) * 4))
        )
        for path, f in (("runs/" + "a" * 90, 1), ("b", 2), ("c", 0.5))
    ]
    text = draw(*runs, fail_on=["time:10%"], everything=True, columns=columns)
    assert max(len(line) for line in text.splitlines()) <= columns
    assert "…" not in text
    assert "REGRESSED" in text


def test_nothing_in_a_file_moves_the_cursor_or_is_taken_for_markup() -> None:
    evil = make_case("\x1b[2J[red]post[/red]")
    setting = replace(SETTING, versions=(("python", "\x1b]0;x\x07"),))
    b = make_run("b", replace(evil, setting=setting), make_case("only\x1b[2J"), make_case("\x1bslow", slow_down(2)))
    text = draw(make_run("a\x1b", evil, make_case("\x1bslow")), b, everything=True, fail_on=["time:5%"])
    assert "\x1b" not in text
    assert "\x07" not in text
    assert r"\x1b[2J[red]post[/red]-default-cpu" in text


def test_json_has_every_number_and_the_conclusion() -> None:
    gpu = make_run("b", *[make_case("post", slow_down(2)), make_case("post", device="gpu"), make_case("new")])
    shown, thresholds = put_side_by_side([A, gpu]), parse_thresholds(["time:10%", "live:13%"])
    content = json.loads(render_json(shown, thresholds, conclude(shown, thresholds)))
    assert (content["schema"], content["exit_code"]) == ("mnist-bench/compare/1", 1)
    assert content["fail_on"] == ["time:10%", "live_bytes:13%"]
    assert content["conclusion"][0] == "REGRESSED: post-default-cpu (time)"
    assert [run["path"] for run in content["runs"]] == ["a", "b"]
    assert content["runs"][0]["machine"] == {"processor": "Test CPU", "cores": "2", "system": "Linux"}
    (comparison,) = content["comparisons"]
    assert comparison["run"] == 1
    assert comparison["machine_doubt"] == ""
    assert comparison["only_first"] == ["fast-default-cpu", "post-default-cpu (bytes)"]
    assert comparison["only_second"] == ["post-default-gpu", "new-default-cpu"]
    time, first_batch = comparison["changes"]
    assert time == {
        "case": "post-default-cpu",
        "metric": "time",
        "more_is_better": False,
        "first": pytest.approx({"median": 1e-5, "low": 9.8e-6, "high": 1.02e-5, "count": 6}),
        "second": pytest.approx({"median": 2e-5, "low": 1.96e-5, "high": 2.04e-5, "count": 6}),
        "ratio": pytest.approx({"median": 2.0, "low": 198 / 101, "high": 202 / 99, "count": 6}),
        "beside_others": None,
        "is_disturbed": False,
        "is_rough": False,
        "mean_ratio": None,
        "trend": "worse",
        "verdict": "REGRESSED",
    }
    assert (first_batch["metric"], first_batch["verdict"]) == ("first_batch", None)
    (speed_up,) = content["speed_ups"]
    assert (speed_up["case"], speed_up["cpu_run"], speed_up["other_run"]) == ("post-default-gpu", 1, 1)
    assert speed_up["speed_up"]["median"] == pytest.approx(2.0)


def test_at_most_as_many_runs_as_there_are_letters() -> None:
    with pytest.raises(CompareError, match="at most 26 runs can be compared at once, got 27"):
        put_side_by_side([A] * (len(LETTERS) + 1))


@pytest.mark.parametrize(
    ("milliseconds", "fail_on", "row"),
    [
        (100_300, (), "1.003 [1.003, 1.003]   worse"),
        (100_030, (), "1.0003 [1.0003, 1.0003]   worse"),
        (105_040, ("time:5%",), "1.0504 [1.0504, 1.0504]   REGRESSED"),
        (105_000, ("time:5%",), "1.050 [1.050, 1.050]   fine"),
        (104_960, ("time:5%",), "1.0496 [1.0496, 1.0496]   fine"),
    ],
)
def test_a_ratio_is_shown_on_its_own_side_of_what_it_is_held_to(milliseconds: int, fail_on, row: str) -> None:
    first, second = (make_run(name, make_case("post", (ms,) * 6)) for name, ms in (("a", 100_000), ("b", milliseconds)))
    assert row in draw(first, second, fail_on=fail_on)
