"""The last screen, as literal text and in its size: never more than fits a terminal of 80 columns and 24 lines."""

from collections.abc import Sequence
from pathlib import Path

import page_runs
import pipeline_records
import pytest
from case_records import change
from records import POST, make_case, make_fed_case, make_memory_case, make_record

from mnist_core.language.named_orderings import NAMED_ORDERINGS
from reports.answer.closing import Kept
from reports.answer.screen import COLUMNS, LINES, answer_run, count_lines, show_run
from reports.claims.claim import Claim
from reports.claims.verdict import ClaimVerdict, Ruling
from reports.drawing.blocks import Lines
from reports.drawing.text import render_text
from reports.record.case import CONTROL
from reports.record.record import CaseRecord
from reports.stats.median import Estimate
from reports.summary.summary import Summary, summarize
from reports.tables.all_tables import tabulate_run

MEBIBYTE = 2**20
KEPT = Kept(Path("runs/20261123-085800/record.json"), is_newest=True)


def judge(kind: Ruling, number: int) -> ClaimVerdict:
    claim = Claim(f"C{number}", "a sentence", "somebody", "time", "fast", "post", at_most=1.0)
    return ClaimVerdict(claim, kind, None if kind is Ruling.NOT_RUN else Estimate(0.5, 0.4, 0.6, 6))


def judge_many() -> list[ClaimVerdict]:
    """As many as --claims all gives, most of them decided."""
    kinds = [Ruling.HOLDS] * 26 + [Ruling.REFUTED] * 18 + [Ruling.INCONCLUSIVE] * 10 + [Ruling.NOT_RUN] * 4
    return [judge(kind, number) for number, kind in enumerate(kinds)]


def answer(summary: Summary, verdicts: Sequence[ClaimVerdict] = (), kept: Kept = KEPT) -> list[str]:
    text = render_text(answer_run(summary, verdicts, kept), COLUMNS)
    assert max(map(len, text.splitlines())) <= COLUMNS
    assert text.count("\n") + 1 <= LINES
    return text.splitlines()


def make_main_job(*more: CaseRecord) -> Summary:
    """Every named ordering in both arms, its memory, and the control."""
    cases = [
        make_case(each.name, [100 - 9 * place] * 6, each.text) for place, each in enumerate(NAMED_ORDERINGS.values())
    ]
    held = [make_memory_case(name, (50 + place) * MEBIBYTE) for place, name in enumerate(NAMED_ORDERINGS)]
    control = make_case(CONTROL, [47] * 6, ordering=cases[6].ordering)
    return summarize(make_record(*cases, *(change(case, arm="raw") for case in cases), *held, control, *more))


def test_the_whole_screen() -> None:
    verdicts = [
        judge(Ruling.HOLDS, 1),
        judge(Ruling.REFUTED, 15),
        judge(Ruling.INCONCLUSIVE, 2),
        judge(Ruling.NOT_RUN, 3),
    ]
    assert answer(page_runs.make_summary(), verdicts) == [
        " fast and close_second are the fastest of 3 and cannot be told apart; fast: 7.50",
        " [7.44, 7.56] times as fast as post",
        " fast costs 200 MiB of memory (post: 50.0)",
        " raw arm: post: 60k [55k, 67k] examples/s",
        "",
        "  ordering                   times post  first batch   MiB",
        "* fast                7.50 [7.44, 7.56]        40 ms   200",
        "~ close_second        7.39 [7.34, 7.44]        1.2 s  10.0",
        "  post                                1       250 ms  50.0",
        "",
        " post = the blog post's: shuffle(454).map().batch(32)",
        " fast = shuffle(430).map().batch(32)",
        " close_second = shuffle(1265).map().batch(32)",
        " what people say: 1 hold (C1), 1 refuted (C15), 1 inconclusive, 1 not run",
        " this run is quiet: equal cases differed by up to 0.51 %",
        " digits: mnist.npz (sha256 0123456789ab); Test CPU, 2 cores",
        " record: runs/20261123-085800/record.json",
        " next: mnist-report page (pictures), mnist-report show (all tables)",
    ]


@pytest.mark.parametrize("num_own", [0, 1, 5, 40])
@pytest.mark.parametrize("verdicts", [[], judge_many()])
@pytest.mark.parametrize("num_failed", [0, 3])
def test_the_main_job_fits_a_terminal(num_own: int, verdicts: list[ClaimVerdict], num_failed: int) -> None:
    own = [make_case(f"own_{number:04}", [300] * 6, f"batch({number}).map()") for number in range(num_own)]
    lines = answer(make_main_job(*own), verdicts, Kept(KEPT.file, num_failed))
    assert lines[0].startswith(" gather_indices is the fastest of ")
    assert [line for line in lines if line.startswith("  post ")], "the reference is never left out"
    assert [line for line in lines if line.startswith("* gather_indices ")]
    assert [line for line in lines if line.startswith(" this run is ")]
    assert lines[-2:] == [
        " next: mnist-report page runs/20261123-085800 (pictures), mnist-report show",
        " runs/20261123-085800 (all tables)",
    ]
    assert not num_own or [line for line in lines if line.startswith("  own_0000 ")], "a person's own before ours"
    assert [line for line in lines if " failed, " in line] == (
        [" 3 cases failed, of which nothing is here: see above"] if num_failed else []
    )


def test_without_much_beside_them_all_orderings_are_there() -> None:
    lines = answer(make_main_job())
    assert [line[2:].split()[0] for line in lines if line[:2] in {"* ", "~ ", "  "} and line.strip()][1:] == [
        *reversed(NAMED_ORDERINGS)
    ]


def test_decided_claims_are_named_before_the_last_orderings() -> None:
    cases = [make_case(f"own_{number}", [300] * 6, f"batch({number + 1}).map()") for number in range(8)]
    lines = answer(make_main_job(*cases), [judge(Ruling.HOLDS, 1), judge(Ruling.REFUTED, 15)])
    assert " what people say: 1 hold (C1), 1 refuted (C15)" in lines
    assert [line for line in lines if line.endswith(" more: mnist-report show")]


def test_only_memory() -> None:
    summary = summarize(make_record(make_memory_case("post", 49 * MEBIBYTE), make_memory_case("fast", 204 * MEBIBYTE)))
    lines = answer(summary)
    assert lines[0] == " memory: post holds least, 49.0 MiB; fast most, 204 MiB"
    assert [line.split() for line in lines[1:5]] == [
        [],
        ["ordering", "MiB", "(pred)"],
        ["post", "49.0", "(50.0)"],
        ["fast", "204", "(50.0)"],
    ]
    assert not [line for line in lines if "this run is" in line], "nothing was timed"


def test_only_what_a_consumer_took() -> None:
    lines = answer(summarize(make_record(make_fed_case("post", 90), make_fed_case("fast", 50))))
    assert lines[0] == " 1 of 2 keep an accelerator with a 2 ms step 90% busy for sure"
    assert answer(summarize(make_record(make_fed_case("post", 90))))[0].startswith(
        " post keeps an accelerator with a 2 ms step 90 "
    )


def test_a_persons_pipelines() -> None:
    before = pipeline_records.make_pipeline("before", [1000] * 6)
    others = [pipeline_records.make_pipeline(f"after_{number:02}", [500] * 5 + [510]) for number in range(30)]
    few = answer(pipeline_records.make_summary(before, others[0]))
    assert few[0] == " after_00 is 2.00 [1.96, 2.00] times as fast as before"
    many = answer(pipeline_records.make_summary(before, *others))
    assert " and 29 lines more: mnist-report show" in many or [
        line for line in many if "lines more: mnist-report show" in line
    ]


def test_another_device_is_told_beside_the_cpu() -> None:
    cases = [
        change(POST, group="devices", consumer="copy"),
        change(POST, group="devices", consumer="copy", device="gpu"),
    ]
    lines = answer(summarize(make_record(POST, *cases)))
    assert " the gpu beside the cpu: copy 1.000 [1.000, 1.000] times as fast" in lines
    assert not [line for line in lines if line.startswith(" cpu, copy")]


def test_all_tables_follow_the_answer_and_those_of_pipelines_begin_with_it() -> None:
    summary = page_runs.make_summary()
    text, tables = render_text(show_run(summary, KEPT), 100), render_text(tabulate_run(summary), 100)
    assert text.startswith(" fast and close_second are the fastest of 3")
    assert text.endswith(tables)
    assert "mnist-report show" not in text, "that is what shows this"
    own = pipeline_records.make_summary(pipeline_records.BEFORE, pipeline_records.AFTER)
    text, tables = render_text(show_run(own, KEPT), 100), render_text(tabulate_run(own), 100)
    assert text.startswith(tables)
    assert text.count("after is 2.000") == 1
    assert text.splitlines()[-1] == " next: mnist-report page (pictures)"


def test_a_screen_leaves_room_for_pytests_last_line_and_the_prompt() -> None:
    assert LINES + len(["1 passed in 1 s", "$ "]) == 24
    assert count_lines([Lines(("one",)), Lines(("x" * 80,))], COLUMNS) == 3, "a line is one to the right"
