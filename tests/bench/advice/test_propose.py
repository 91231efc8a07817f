"""What is proposed of pipelines whose legal rewrites are known, and of those of which nothing may be changed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from bench.advice.brute import find_difference, take_pass
from bench.advice.propose import FORGIVING, UNORDERED, Asked, propose
from bench.machine.clock import MachineClock
from bench.pipelines.arguments import find_name
from reports.record.proposal import Proposal

Dataset = tf.data.Dataset
ROWS = np.arange(60, dtype=np.uint8).reshape(20, 3)


def scale(row: tf.Tensor) -> tf.Tensor:
    return tf.cast(row, tf.float32) / 255.0


def shorten(row: tf.Tensor) -> tf.Tensor:
    return row[0]


def add_noise(row: tf.Tensor) -> tf.Tensor:
    return tf.cast(row, tf.float32) + tf.random.uniform([])


def read(path: tf.Tensor) -> tf.Tensor:
    return tf.io.read_file(path)


@pytest.fixture
def files(tmp_path: Path) -> str:
    for number in range(5):
        (tmp_path / f"{number}.txt").write_text(f"{number}\n{number + 10}\n", encoding="utf-8")
    return str(tmp_path / "*.txt")


def ask(build: Callable[[], Any], asked: Asked | None = None) -> Proposal:
    return propose(build, asked or Asked())


def list_texts(build: Callable[[], Any]) -> list[str]:
    return [each.text for each in ask(build).candidates]


def test_a_map_that_grows_goes_behind_shuffle_and_batch() -> None:
    proposal = ask(lambda: Dataset.from_tensor_slices(ROWS).map(scale).shuffle(8).batch(4).prefetch(1))
    by_name = {each.name: each for each in proposal.candidates}
    assert {name: each.text for name, each in by_name.items()} == {
        "batched-map": "1:shuffle 2:batch 0:map 3:prefetch",
        "early-shuffle": "1:shuffle 0:map 2:batch 3:prefetch",
    }
    best = by_name["batched-map"]
    assert best.chain == "tf.data.Dataset.from_tensor_slices(...).shuffle(8).batch(4).map(scale).prefetch(1)"
    assert best.changes == (
        "map(scale) takes whole batches, row by row, as its graph proves",
        "shuffle stands before map(scale)",
    )
    assert (best.predicted_bytes, proposal.untried, proposal.notes) == (8 * 3 + 4 * 3 * 4, (), ())


def test_a_map_that_shrinks_stays_before_shuffle() -> None:
    proposal = ask(lambda: Dataset.from_tensor_slices(ROWS).map(shorten).shuffle(8).batch(4).prefetch(1))
    assert proposal.candidates == ()
    assert [(each.change, each.why.partition(":")[0]) for each in proposal.untried] == [
        ("map(shorten) on whole batches", "StridedSlice"),
        ("shuffle before map(shorten)", "elements are larger before it (3 bytes) than behind it (1)"),
    ]


def test_a_random_map_stays_where_it_is_and_may_run_in_parallel() -> None:
    proposal = ask(lambda: Dataset.from_tensor_slices(ROWS).map(add_noise).shuffle(8).batch(4).prefetch(1))
    assert [each.text for each in proposal.candidates] == ["0:map:parallel 1:shuffle 2:batch 3:prefetch"]
    assert {each.why for each in proposal.untried} == {"RandomUniform draws random numbers"}


def test_repeat_is_never_moved_though_maps_go_past_it() -> None:
    build = lambda: Dataset.from_tensor_slices(ROWS).map(scale).repeat().shuffle(8).batch(4).prefetch(1)  # noqa: E731
    proposal = ask(build)
    assert [each.text for each in proposal.candidates] == [
        "1:repeat 2:shuffle 3:batch 0:map 4:prefetch",
        "1:repeat 2:shuffle 0:map 3:batch 4:prefetch",
    ]
    (untried,) = proposal.untried
    assert (untried.change, untried.changes_meaning) == ("shuffle before repeat", True)
    assert ".shuffle(8).repeat().batch(4)" in untried.mend


@pytest.mark.parametrize(
    ("shuffle", "is_dropped"),
    [({"buffer_size": 3}, True), ({"buffer_size": 3, "seed": 1}, True)],
)
def test_a_shuffle_behind_that_of_list_files_is_left_out(files: str, shuffle: dict[str, int], is_dropped: bool) -> None:
    texts = list_texts(lambda: Dataset.list_files(files).map(read).shuffle(**shuffle).batch(2).prefetch(1))
    assert ("0:map 2:batch 3:prefetch" in texts) is is_dropped


@pytest.mark.parametrize(
    "build",
    [
        lambda files: Dataset.list_files(files, shuffle=False).map(read).shuffle(5).batch(2),
        lambda files: Dataset.list_files(files, seed=1).map(read).shuffle(5).batch(2),
        lambda files: Dataset.list_files(files).repeat(2).map(read).shuffle(5).batch(2),
        lambda files: Dataset.list_files(files).flat_map(tf.data.TextLineDataset).shuffle(5).batch(2),
        lambda _: Dataset.range(20).shuffle(19).shuffle(5).batch(2),
        lambda _: Dataset.range(20).shuffle(20, reshuffle_each_iteration=False).shuffle(5).batch(2),
    ],
    ids=["in order", "seeded", "repeated", "not one by one", "in part", "once and for all"],
)
def test_a_shuffle_that_is_needed_stays(files: str, build: Callable[[str], Any]) -> None:
    assert [each for each in ask(lambda: build(files)).candidates if "one-shuffle" in each.name] == []


def test_a_shuffle_behind_a_whole_one_is_left_out() -> None:
    assert "0:shuffle 2:batch 3:prefetch" in list_texts(
        lambda: Dataset.range(20).shuffle(20).shuffle(5).batch(2).prefetch(1)
    )


def test_files_are_kept_in_memory_where_that_fits(files: str) -> None:
    build = lambda: Dataset.list_files(files, shuffle=False).map(read).shuffle(5).batch(2).prefetch(1)  # noqa: E731
    assert "0:map +cache 1:shuffle 2:batch 3:prefetch" in list_texts(build)
    cramped = ask(build, Asked(memory_bytes=1))
    assert cramped.candidates == ()
    assert any("more than the 0.0 MiB allowed" in each.why for each in cramped.untried)


def test_what_is_shuffled_or_random_is_not_kept(files: str) -> None:
    for build in (
        lambda: Dataset.list_files(files).map(read).batch(2).prefetch(1),
        lambda: Dataset.list_files(files, shuffle=False).map(lambda path: path).take(3).cache().batch(2).prefetch(1),
    ):
        assert [text for text in list_texts(build) if "+cache" in text] == []


def test_interleave_runs_in_parallel_where_its_order_is_told(files: str) -> None:
    def build(**told: int) -> Any:
        lines = Dataset.list_files(files, shuffle=False).interleave(tf.data.TextLineDataset, **told)
        return lines.shuffle(4).batch(2).prefetch(1)

    assert "0:interleave:parallel 1:shuffle 2:batch 3:prefetch" in list_texts(lambda: build(cycle_length=2))
    proposal = ask(build)
    assert not any("parallel" in each.text for each in proposal.candidates)
    assert any("cycle_length is left to TensorFlow" in each.why for each in proposal.untried)


def test_nothing_is_moved_where_order_or_failures_are_left_to_chance() -> None:
    numbers = Dataset.range(9)
    unordered = ask(lambda: numbers.map(lambda each: each, 2, deterministic=False).batch(2))
    forgiving = ask(lambda: numbers.map(lambda each: each).ignore_errors().batch(2))
    assert (unordered.candidates, unordered.notes) == ((), (UNORDERED,))
    assert (forgiving.candidates, forgiving.notes) == ((), (FORGIVING,))


def test_of_branches_the_common_rest_alone_is_changed() -> None:
    def build() -> Any:
        zipped = Dataset.zip(Dataset.from_tensor_slices(ROWS), Dataset.range(20))
        return zipped.map(lambda row, number: (scale(row), number)).batch(4).prefetch(1)

    assert list_texts(build) == ["1:batch 0:map 2:prefetch"]


def test_a_pipeline_that_differs_each_time_is_not_compared() -> None:
    def build() -> Any:
        start = int(np.random.default_rng().integers(2**40))
        return Dataset.range(start, start + 9).map(lambda number: number + 1).batch(2).prefetch(1)

    proposal = ask(build)
    assert proposal.candidates == ()
    assert "other examples each time" in proposal.untried[0].why
    assert proposal.notes == ()


@pytest.mark.parametrize("part", [lambda data: data.take(7), lambda data: data.skip(3), lambda data: data.shard(2, 0)])
def test_chance_may_decide_which_examples_an_epoch_has(part: Callable[[Any], Any]) -> None:
    proposal = ask(lambda: part(Dataset.range(20).shuffle(20)).map(lambda number: number + 1).batch(2).prefetch(1))
    assert proposal.notes == ()
    assert proposal.candidates[0].text == "0:shuffle 1:take 3:batch 2:map 4:prefetch".replace(
        "take", find_name(part(Dataset.range(2)))
    )


def test_what_a_map_makes_of_a_batch_is_left_to_chance() -> None:
    def build() -> Any:
        batches = Dataset.range(40).map(lambda number: number + 1).shuffle(40).batch(2)
        return batches.map(lambda numbers: numbers - numbers[0]).prefetch(1)

    proposal = ask(build)
    assert proposal.notes == ()
    assert proposal.candidates[0].text == "1:shuffle 2:batch 0:map 3:map 4:prefetch"


def test_a_wrong_proof_is_found_by_running_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.advice.links.describe_batching", lambda *_, **__: (True, ""))
    build = lambda: Dataset.from_tensor_slices(ROWS).map(lambda row: row[::-1]).batch(4).prefetch(1)  # noqa: E731
    proposal = ask(build)
    assert proposal.candidates == ()
    assert "example 0 counted from 0 is another one" in proposal.untried[0].why
    assert "a proof of ours was wrong" in proposal.notes[0]


def test_two_passes_are_told_apart_by_values_sizes_and_order() -> None:
    def take(numbers: list[float], size: int = 2) -> Any:
        return take_pass(lambda: Dataset.from_tensor_slices(numbers).batch(size), MachineClock(), is_shuffled=True)

    before = take([1.0, 2.0, 3.0])
    assert find_difference(before, take([1.0, 2.0, 3.0])) == ""
    assert find_difference(before, take([1.0, 3.0, 2.0])) == "example 1 counted from 0 is another one"
    assert find_difference(before, take([3.0, 1.0, 2.0]), is_ordered=False) == ""
    assert "instead of 3" in find_difference(before, take([1.0, 2.0]))
    assert "batches of other sizes" in find_difference(before, take([1.0, 2.0, 3.0], 3))
    assert find_difference(before, take([1.0, 2.0, 3.0 + 1e-6]), tolerance=1e-5) == ""
    assert find_difference(before, take([1.0, 2.0, 3.001]), tolerance=1e-5) != ""
    assert "its elements are" in find_difference(before, take([[1.0], [2.0]]))  # type: ignore[list-item]


def make_numbers() -> Iterator[int]:
    yield from range(6)


def test_a_generator_is_a_source_like_any_other() -> None:
    def build() -> Any:
        numbers = Dataset.from_generator(make_numbers, output_signature=tf.TensorSpec([], tf.int64))
        return numbers.map(lambda number: number + 1).batch(2).prefetch(1)

    assert list_texts(build) == ["1:batch 0:map 2:prefetch"]
