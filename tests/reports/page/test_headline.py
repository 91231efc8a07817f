"""The answer first: literal sentences and facts."""

from dataclasses import replace
from pathlib import Path

from case_records import change
from page_runs import CASES, CLOSE, FAST, POST, make_case, make_run, make_traced_run, make_unclear_trace

from reports.page.headline import Fact, write_headline
from reports.page.runs import Run, load_runs


def test_the_fastest_and_what_is_not_to_be_told_from_it() -> None:
    assert write_headline(make_run()).sentence == "The fastest here: fast, not to be told from close_second"


def test_one_that_is_clearly_the_fastest_stands_alone() -> None:
    assert write_headline(make_run(POST, FAST)).sentence == "The fastest here: fast"


def test_three_level_ones_are_listed() -> None:
    level = [change(CLOSE, name=name) for name in ("b", "c", "d")]
    assert write_headline(make_run(FAST, *level)).sentence == "The fastest here: fast, not to be told from b, c and d"


def test_too_few_turns_name_no_fastest() -> None:
    few = make_run(make_case("post", [100]), make_case("fast", [50]))
    assert write_headline(few).sentence == "The highest median here: fast. Too few turns to call it the fastest"


def test_the_facts() -> None:
    assert write_headline(make_run(*CASES)).facts == (
        Fact(
            "Fastest, default arm (as TensorFlow runs it), CPU",
            "fast",
            "150k [146k, 154k] examples/s, 7.50 [7.44, 7.56] times post",
        ),
        Fact("Fastest, raw arm (rewrites off), CPU", "post", "60k [55k, 67k] examples/s"),
        Fact("Shortest wait for the first batch, default arm", "fast", "40 ms; the longest, close_second, 1.2 s"),
        Fact("Least memory", "close_second", "10.0 MiB live; the most, fast, 200 MiB"),
    )


def test_what_a_gpu_gains_is_a_fact() -> None:
    facts = write_headline(load_runs([Path(__file__).parents[2] / "snapshots/runs/h200/record.json"])[0]).facts
    assert next(fact for fact in facts if "GPU" in fact.about) == Fact(
        "Most gained on the GPU",
        "fit: 1.7 [1.5, 2.0] times the CPU",
        "the gpu predicts the cnn faster from batch size 32 on; not to be told at 8; "
        "the gpu predicts the mlp faster from batch size 512 on; not to be told at 8, 32, 128",
    )


def test_a_run_of_traces_alone_is_headed_by_its_verdict(tmp_path: Path) -> None:
    run = replace(make_traced_run(tmp_path), summary=None)
    sentence = "The profiler's trace: highly input-bound"
    assert write_headline(run).sentence == sentence
    assert write_headline(run).facts == (
        Fact("The profiler's trace", "highly input-bound", "81 % of the step time is waiting for input"),
    )


def test_several_traces_are_counted(tmp_path: Path) -> None:
    run = make_traced_run(tmp_path)
    fact = write_headline(replace(run, traces=run.traces * 2)).facts[-1]
    assert fact == Fact("The profiler's traces", "2 of 2 input-bound", "pictures of each below")


def test_a_trace_that_tells_nothing_of_its_input_is_headed_by_that() -> None:
    run = Run("x", None, (make_unclear_trace(),), ())
    assert write_headline(run).sentence == "The profiler's trace: cannot tell from this trace"
    assert write_headline(run).facts == (
        Fact(
            "The profiler's trace",
            "cannot tell from this trace",
            "no tf.data in it, so it does not show how long the steps wait for input",
        ),
    )


def test_a_trace_that_tells_nothing_is_not_counted_as_one_that_is_not_input_bound(tmp_path: Path) -> None:
    run = make_traced_run(tmp_path)
    unclear = make_unclear_trace()
    fact = write_headline(replace(run, traces=(*run.traces, unclear, unclear))).facts[-1]
    assert fact == Fact("The profiler's traces", "1 of 1 input-bound", "2 cannot tell; pictures of each below")
    none = write_headline(replace(run, traces=(unclear, unclear))).facts[-1]
    assert none == Fact("The profiler's traces", "none tells whether input holds it up", "pictures of each below")


def test_a_run_of_which_nothing_could_be_read() -> None:
    assert write_headline(Run("x", None, (), ("it is damaged",))).sentence == "Nothing of this run could be read"
