"""The realised chain: read from TensorFlow 2.21 for every named ordering, in both arms, and with one rewrite off."""

import itertools
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
import tensorflow as tf
from easy_digits import make_digits
from meters import make_meter, open_digits

from bench.cases.selection import build_case
from bench.pipelines.arms import DEFAULT
from bench.pipelines.inspect import describe_node, inspect_program, read_model, write_chain
from bench.subjects.orderings import describe_ordering
from mnist_core.digits.load import Digits
from mnist_core.language.ordering import parse_ordering
from mnist_core.language.spec import PipelineSpec
from reports.record.case import Case
from reports.record.program import Choice, Program

CACHE = "MemoryCache > MemoryCacheImpl"
SOURCE = "Shuffle(60000) > TensorSlice"
DEFAULT_CHAINS = {
    "post": f"Prefetch(auto) > ForeverRepeat > BatchV2 > Prefetch(320) > ParallelMapV2(auto) > {SOURCE}",
    "prefetch_last": f"Prefetch(10) > ForeverRepeat > MapAndBatch(auto) > {SOURCE}",
    "no_prefetch": f"Prefetch(auto) > ForeverRepeat > MapAndBatch(auto) > {SOURCE}",
    "map_before_shuffle": "Prefetch(auto) > BatchV2 > Shuffle(60000) > ParallelMapV2(auto) > TensorSlice",
    "map_after_shuffle": f"Prefetch(auto) > MapAndBatch(auto) > {SOURCE}",
    "parallel_map": f"Prefetch(auto) > MapAndBatch(auto) > {SOURCE}",
    "batch_before_map": f"Prefetch(auto) > ParallelMapV2(auto) > BatchV2 > {SOURCE}",
    "cache_before_map": f"Prefetch(auto) > MapAndBatch(auto) > Shuffle(60000) > {CACHE} > TensorSlice",
    "cache_after_map": (f"Prefetch(auto) > BatchV2 > Shuffle(60000) > {CACHE} > ParallelMapV2(auto) > TensorSlice"),
    "gather_indices": "Prefetch(auto) > ParallelMapV2(auto) > BatchV2 > Shuffle(60000) > Range",
}


DIGITS = make_digits(200, 10)


def inspect(case: Case) -> Program:
    opened = open_digits(case, DIGITS)
    return inspect_program(opened.build_sample(), case.arm, opened.shuffle_sizes)


@pytest.mark.parametrize("name", DEFAULT_CHAINS)
def test_what_tensorflow_makes_of_an_ordering_by_default(name: str) -> None:
    assert inspect(build_case(name)).chain == DEFAULT_CHAINS[name]


@pytest.mark.parametrize(
    ("name", "chain"),
    [
        ("post", f"ForeverRepeat > BatchV2 > Prefetch(320) > Map > {SOURCE}"),
        ("no_prefetch", f"ForeverRepeat > BatchV2 > Map > {SOURCE}"),
        ("map_before_shuffle", "Prefetch(2) > BatchV2 > Shuffle(60000) > Map > TensorSlice"),
        ("gather_indices", "Prefetch(2) > Map > BatchV2 > Shuffle(60000) > Range"),
    ],
)
def test_the_raw_arm_runs_as_written(name: str, chain: str) -> None:
    assert inspect(build_case(name, arm="raw")).chain == chain


def test_one_rewrite_off() -> None:
    fused = inspect(build_case("map_after_shuffle", arm="without_map_and_batch_fusion")).chain
    assert fused == f"Prefetch(auto) > BatchV2 > ParallelMapV2(auto) > {SOURCE}"
    plain = inspect(build_case("no_prefetch", arm="without_inject_prefetch")).chain
    assert plain == f"ForeverRepeat > MapAndBatch(auto) > {SOURCE}"


@pytest.mark.parametrize(
    ("text", "chain"),
    [
        (
            "shuffle(7).shuffle(9).map().batch(512)",
            "MapAndBatch(auto) > Shuffle(9) > Shuffle(7) > TensorSlice",
        ),
        (
            "shuffle(50).repeat().map().batch(2)",
            "MapAndBatch(auto) > ShuffleAndRepeat(50) > TensorSlice",
        ),
        ("map().batch(10).prefetch(500)", "Prefetch(500) > MapAndBatch(auto) > TensorSlice"),
    ],
)
def test_buffers_keep_their_sizes_and_nothing_is_used_up_before_it_is_read(text: str, chain: str) -> None:
    assert inspect(Case(describe_ordering("x", PipelineSpec(parse_ordering(text))))).chain == chain


def test_what_autotune_chose_is_read_from_the_case_itself(digits: Digits) -> None:
    program = make_meter(build_case("map_after_shuffle"), digits).read_program()
    assert program.chain == DEFAULT_CHAINS["map_after_shuffle"]
    chosen = {(choice.stage, choice.parameter) for choice in program.choices}
    assert chosen == {("Prefetch", "buffer_size"), ("MapAndBatch", "parallelism")}
    assert all(choice.value >= 1 for choice in program.choices)


def test_the_raw_arm_has_nothing_to_choose(digits: Digits) -> None:
    program = make_meter(build_case("parallel_map", arm="raw"), digits).read_program()
    assert program.choices == () or all(isinstance(choice, Choice) for choice in program.choices)
    assert "auto" not in program.chain


INTERLEAVE = (
    ("max_buffered_elements", 36.0, False),
    ("cycle_length", 4.0, False),
    ("parallelism", 1.0, True),
    ("deterministic", 1.0, False),
)
"""What TensorFlow 2.21 says of ``interleave(..., cycle_length=4, num_parallel_calls=AUTOTUNE)``, in any order."""


def make_node(name: str, inputs: Sequence[int] = (), parameters: Sequence[tuple[str, float, bool]] = ()) -> Any:
    numbers = [SimpleNamespace(name=each, value=value, tunable=tunable) for each, value, tunable in parameters]
    return SimpleNamespace(name=name, inputs=list(inputs), parameters=numbers)


def test_a_stage_has_the_numbers_that_it_was_given_in_one_order_whatever_the_models() -> None:
    orders = itertools.permutations(INTERLEAVE)
    assert {describe_node(make_node("ParallelInterleaveV4", (), each)) for each in orders} == {
        "ParallelInterleaveV4(4, auto)"
    }
    legacy = (("deterministic", 1.0, False), ("cycle_length", 2.0, False))
    assert describe_node(make_node("LegacyParallelInterleaveV2", (), legacy)) == "LegacyParallelInterleaveV2(2)"
    assert describe_node(make_node("Prefetch", (), (("buffer_size", 3.0, False),))) == "Prefetch(3)"
    assert describe_node(make_node("MapAndBatch", (), (("parallelism", 1.0, True),))) == "MapAndBatch(auto)"


def test_an_interleave_is_named_by_its_cycle_length_and_its_parallelism() -> None:
    numbers = tf.data.Dataset.range(6)
    fixed = numbers.interleave(tf.data.Dataset.range, cycle_length=3, block_length=2, num_parallel_calls=2).batch(2)
    assert inspect_program(fixed, DEFAULT).chain.startswith("Prefetch(auto) > BatchV2 > ParallelInterleaveV4(3, 2) > ")
    tuned = numbers.interleave(tf.data.Dataset.range, cycle_length=3, num_parallel_calls=tf.data.AUTOTUNE).batch(2)
    assert inspect_program(tuned, DEFAULT).chain.startswith(
        "Prefetch(auto) > BatchV2 > ParallelInterleaveV4(3, auto) > "
    )


def test_the_files_that_a_snapshot_reads_are_one_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = {
        0: make_node("Root", [1]),
        1: make_node("ParallelInterleaveV4", [2, 3, 4], INTERLEAVE),
        2: make_node("SnapshotNestedDatasetReader"),
        3: make_node("SnapshotDatasetReader/_0"),
        4: make_node("SnapshotDatasetReader/_1"),
    }
    monkeypatch.setattr(
        tf.data.experimental, "get_model_proto", lambda _iterator: SimpleNamespace(output=0, nodes=nodes)
    )
    chain = "ParallelInterleaveV4(4, auto) > {SnapshotNestedDatasetReader | SnapshotDatasetReader}"
    assert write_chain(read_model(None)[0]) == chain
