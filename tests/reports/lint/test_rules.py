"""What rules say of descriptions made by hand: prices that are measured, both sides of their limits."""

from dataclasses import replace
from pathlib import Path

import pytest

from reports.claims.file import load_claims
from reports.lint.facts import Facts
from reports.lint.finding import Basis, Price, Unit, render_price
from reports.lint.judge import find_findings
from reports.lint.mixing import score_buffer
from reports.lint.rules.table import RULES
from reports.lint.specs import Part, list_parts, list_sizes
from reports.record.case import Subject
from reports.record.description import (
    Argument,
    Description,
    ElementBytes,
    FunctionDescription,
    Holding,
    Loss,
    OperationCount,
    Origin,
    StageDescription,
)
from reports.record.program import StageTime, StageTimes

FILE = "train.py"


def make_stage(number: int, name: str, **fields: object) -> StageDescription:
    stage = StageDescription(
        number=number,
        name=name,
        kind=name.title(),
        call=None,
        origin=Origin(FILE, number + 1),
        arguments=(),
        is_seeded=None,
        inputs=(number - 1,) if number else (),
        inner=(),
        functions=(),
        spec="int64",
        num_elements=1000,
        is_endless=False,
        element_bytes=ElementBytes(8, 0),
        holding=None,
    )
    return replace(stage, **fields)  # type: ignore[arg-type]


def make_function(**fields: tuple[str, ...]) -> FunctionDescription:
    function = FunctionDescription("map_func", "draw", None, (OperationCount("Add", 1),), (), (), None, (), ())
    return replace(function, **fields)  # type: ignore[arg-type]


def describe(*stages: StageDescription) -> Description:
    return Description(Subject("object", "mine", "mine"), "2.21.0", stages, (), ())


def judge(*stages: StageDescription, times: StageTimes | None = None) -> list[tuple[str, Price]]:
    return [(each.rule, each.price) for each in find_findings(Facts(describe(*stages), times))]


def time_map(busy_ns: int, python_ns: int | None = None) -> StageTimes:
    """A map of 100 elements on line 2, beside a stage that takes 900 ms."""
    map_time = StageTime("MapV2", 100, busy_ns, python_ns, f"{FILE}:2")
    return StageTimes((StageTime("BatchV2", 10, 900_000_000), map_time), python_ns or 0)


RANDOM = make_function(random=("RandomUniform",))
PYTHON = make_function(python=("PyFunc",))


def test_a_sequential_map_costs_what_it_takes_in_an_epoch() -> None:
    stages = make_stage(0, "range"), make_stage(1, "map", functions=(RANDOM,))
    assert judge(*stages) == []  # nothing was measured
    found = judge(*stages, times=time_map(100_000_000))
    assert found == [("sequential-map", Price(1.0, Unit.SECONDS, Basis.MEASURED, "of an epoch, all threads together"))]
    assert judge(*stages, times=time_map(40_000_000)) == []  # less than 5 % of the time
    table = make_function(stateful=("LookupTableFindV2",))
    assert len(judge(stages[0], replace(stages[1], functions=(table,)), times=time_map(100_000_000))) == 1
    for fine in (
        replace(stages[1], kind="ParallelMap"),
        replace(stages[1], functions=(make_function(),)),
    ):
        assert judge(stages[0], fine, times=time_map(100_000_000)) == []


def test_python_costs_its_share_of_the_time_or_its_calls_where_nothing_was_timed() -> None:
    stages = make_stage(0, "range"), make_stage(1, "map", functions=(PYTHON,))
    calls = Price(1000, Unit.EXAMPLES, Basis.COMPUTED, "an epoch, a call of Python for each")
    assert judge(*stages) == [("python", calls)]
    share = Price(0.08, Unit.SHARE, Basis.MEASURED, "of the pipeline's time")
    assert judge(*stages, times=time_map(100_000_000, 80_000_000)) == [("python", share)]
    assert judge(*stages, times=time_map(100_000_000, 49_000_000)) == []


def test_a_map_that_takes_batches_costs_its_time_unless_it_makes_what_a_shuffle_holds_much_smaller() -> None:
    source = make_stage(0, "range", element_bytes=ElementBytes(32, 0))
    mapped = make_stage(1, "map", functions=(make_function(),), takes_batches=True)
    batch = make_stage(2, "batch", arguments=(Argument("batch_size", 10),), num_elements=100)
    calls = Price(10, Unit.EXAMPLES, Basis.COMPUTED, "in a batch, a call for each")
    assert judge(source, mapped, batch) == [("map-by-element", calls)]
    seconds = Price(1.0, Unit.SECONDS, Basis.MEASURED, "of an epoch, all threads together")
    assert judge(source, mapped, batch, times=time_map(100_000_000)) == [("map-by-element", seconds)]
    assert judge(source, mapped, batch, times=time_map(40_000_000)) == []  # less than 5 % of the time
    assert judge(source, replace(mapped, takes_batches=False), batch) == []
    idle = replace(make_function(), operations=(OperationCount("Identity", 2),))
    assert judge(source, replace(mapped, functions=(idle,)), batch) == []
    shuffle = make_stage(2, "shuffle", arguments=(Argument("buffer_size", 1000),), holding=Holding(1000, 8.0))
    behind = replace(batch, number=3, inputs=(2,))
    found = judge(source, mapped, shuffle, behind)
    made = Price(1000, Unit.EXAMPLES, Basis.COMPUTED, "made one by one before the first batch")
    assert found == [("map-before-shuffle", made), ("map-by-element", calls)]
    assert judge(replace(source, element_bytes=ElementBytes(33, 0)), mapped, shuffle, behind) == []  # 4 times and more


def test_a_map_stays_where_another_behind_it_takes_no_batches() -> None:
    source, first, second = (
        make_stage(0, "range"),
        make_stage(1, "map", functions=(make_function(),), takes_batches=True),
        make_stage(2, "map"),
    )
    batch = make_stage(3, "batch", arguments=(Argument("batch_size", 10),))
    assert judge(source, first, second, batch) == []
    assert len(judge(source, first, replace(first, number=2, inputs=(1,), origin=None), batch)) == 2


def test_a_filter_and_padding_are_judged_by_what_was_seen() -> None:
    source = make_stage(0, "range")
    keeps = make_stage(1, "filter", loss=Loss(0.49, 100))
    assert judge(source, keeps) == []
    assert [rule for rule, _ in judge(source, replace(keeps, loss=Loss(0.5, 100)))] == ["greedy-filter"]
    assert judge(source, replace(keeps, loss=Loss(0.5, 19))) == []  # too few
    pads = make_stage(1, "padded_batch", loss=Loss(0.25, 100), element_bytes=ElementBytes(4000, 30))
    price = Price(1000, Unit.BYTES, Basis.MEASURED, "of padding in a batch")
    assert judge(source, pads) == [("padding", price)]
    assert judge(source, replace(pads, loss=Loss(0.24, 100))) == []


def test_a_remainder_of_5_percent_counts() -> None:
    source = make_stage(0, "range")
    batch = make_stage(1, "batch", arguments=(Argument("batch_size", 95), Argument("drop_remainder", True)))
    assert judge(source, batch) == [("dropped-remainder", Price(50, Unit.EXAMPLES, Basis.COMPUTED, "lost every epoch"))]
    assert judge(replace(source, num_elements=999), batch) == []  # 49 are lost
    assert judge(source, replace(batch, arguments=batch.arguments[:1])) == []


def test_a_shuffle_costs_its_buffer_by_the_bytes_of_its_elements() -> None:
    source = make_stage(0, "from_tensor_slices")
    whole = make_stage(1, "shuffle", arguments=(Argument("buffer_size", 1000),))
    second = replace(whole, number=2, inputs=(1,), holding=Holding(1000, 8.0))
    assert judge(source, whole, second) == [
        ("redundant-shuffle", Price(8000, Unit.BYTES, Basis.COMPUTED, "in its buffer"))
    ]
    cache = make_stage(2, "cache")
    assert judge(source, whole, cache, replace(second, number=3, inputs=(2,))) == []


def test_a_small_buffer_is_scored_as_the_buffer_itself_mixes() -> None:
    whole, half, tenth = (score_buffer(1000, buffer) for buffer in (1000, 500, 100))
    assert whole.displacement == pytest.approx(1, abs=0.05)
    assert whole.label_runs == pytest.approx(1, abs=0.05)
    assert half.label_runs < whole.label_runs
    assert tenth.displacement == pytest.approx(0.74 * 100 / (1000 / 3), abs=0.06)  # see score_displacement
    assert score_buffer(1000, 1) == score_buffer(60_000, 1)  # unmoved
    assert score_buffer(1000, 1).displacement == 0
    batches = score_buffer(1000, 20, 50)
    assert batches.label_runs < 0.05  # of all batches in random order, of which each has one label


def test_prices_are_told_with_their_units() -> None:
    told = [
        render_price(Price(*each, Basis.COMPUTED, ""))
        for each in (
            (2**20, Unit.BYTES),
            (0.25, Unit.SECONDS),
            (0, Unit.SECONDS),
            (0.371, Unit.SCORE),
            (1, Unit.EXAMPLES),
            (1200, Unit.EXAMPLES),
            (0.5, Unit.SHARE),
        )
    ]
    assert told == ["1.0 MiB", "250 ms", "0 s", "score 0.37", "1 example", "1,200 examples", "50 %"]
    with pytest.raises(ValueError, match="Price.amount"):
        Price(-1, Unit.BYTES, Basis.COMPUTED, "")


def test_the_parts_of_an_element_are_read_from_its_text() -> None:
    assert list_parts("({image: uint8[28,28], name: string}, ragged int64[4,?])") == (
        Part("uint8", "28,28"),
        Part("string", ""),
        Part("int64", "..."),
    )
    assert list_sizes("(uint8[28,28], float32, bool[3])") == (784, 4, 3)
    assert list_sizes("float32[?,2]") is None


def test_every_rule_is_explained_and_backed_by_a_claim_that_there_is() -> None:
    ids = {claim.id for claim in load_claims()}
    assert len({rule.name for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule.claim is None or rule.claim in ids
        assert rule.why.endswith(".")
        assert rule.silent.endswith(".")


def test_the_docs_have_every_rule_as_the_table_tells_it() -> None:
    page = (Path(__file__).parents[3] / "docs" / "lint.md").read_text(encoding="utf-8")
    rows = [f"| `{rule.name}` | {rule.severity.value} | {rule.title} | {rule.silent} |" for rule in RULES]
    assert [line for line in page.splitlines() if line.startswith("| `")] == rows
