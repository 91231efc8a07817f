"""Every rewrite that is proposed of a random pipeline gives what the pipeline gives, by brute force of its own."""

import collections
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf

pytest.importorskip("hypothesis", reason="pip install -e '.[dev]' brings it")
from hypothesis import HealthCheck, Phase, given, settings
from random_pipelines import MAPS, RandomPipeline, draw_pipelines, write_files

from bench.advice.propose import Asked, propose
from bench.subjects.failures import tell_reason
from bench.subjects.rewriting.calls import record_calls
from bench.subjects.rewriting.remake import Step, parse_steps, remake
from bench.subjects.shrinking import shrink_buffers

FEW, MANY = 4, 300
SEED = 17
QUIET = settings(
    database=None, deadline=None, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
WRONG = "a proof of ours was wrong"

Element = tuple[tuple[str, tuple[int, ...], bytes], ...]


def list_elements(dataset: Any) -> list[Element]:
    """All elements as dtype, shape and bytes; of texts their own."""
    return [tuple(map(read, tf.nest.flatten(each))) for each in dataset]


def read(part: tf.Tensor) -> tuple[str, tuple[int, ...], bytes]:
    values = part.numpy()
    content = b"|".join(values.ravel()) if part.dtype == tf.string and part.shape.rank else None
    if content is None:
        content = values if isinstance(values, bytes) else values.tobytes()
    return part.dtype.name, tuple(part.shape), content


def list_examples(dataset: Any, *, is_batched: bool) -> list[Element]:
    return list_elements(dataset.unbatch() if is_batched else dataset)


def check(pipeline: RandomPipeline, folder: Path) -> collections.Counter[str]:
    """Propose, and hold every candidate against the pipeline; how often what was seen."""
    seen: collections.Counter[str] = collections.Counter(pipelines=1)

    def make(steps: list[Step] | None) -> Any:
        tf.random.set_seed(SEED)
        with record_calls():
            dataset = pipeline.build(folder)
        return dataset if steps is None else remake(dataset, steps)

    try:
        list_elements(make(None))
    except Exception as error:  # noqa: BLE001  # what nobody could run either
        return collections.Counter({f"cannot run: {tell_reason(error).partition(':')[0]}": 1})
    proposal = propose(lambda: pipeline.build(folder), Asked())
    assert [note for note in proposal.notes if WRONG in note] == [], pipeline
    seen["untried"] += len(proposal.untried)
    for candidate in proposal.candidates:
        check_candidate(pipeline, parse_steps(candidate.text), make)
        seen["rewrites"] += 1
        seen.update(candidate.name.split("+"))
    return seen


def check_candidate(pipeline: RandomPipeline, steps: list[Step], make: Any) -> None:
    words = f"{pipeline} as {' '.join(map(str, steps))}"
    kept = [step.number for step in steps if step.method in {"repeat", "batch", "take", "skip", "shard", "filter"}]
    assert kept == sorted(kept), f"{words}: these never change places"  # type: ignore[type-var]
    drawn = [step for step in steps if step.is_parallel and step.method == "map"]
    plain = [Step(step.number, step.method) if step in drawn else step for step in steps]
    with shrink_buffers(shuffle=1):
        before, after = (list_elements(make(each)) for each in (None, plain))
    assert before == after, f"{words}: another sequence"
    if pipeline.is_drawn or is_left_to_chance(pipeline):
        return
    is_batched = any(name.startswith("batch") for name in pipeline.stages)
    epochs = [sorted(list_examples(make(each), is_batched=is_batched)) for each in (None, steps)]
    assert epochs[0] == epochs[1], f"{words}: other examples"


def is_left_to_chance(pipeline: RandomPipeline) -> bool:
    """True if the order decides which examples come: or what is in a batch, of which something is made."""
    drops = {"take", "skip", "shard", "batch whole"}
    if "batch" in pipeline.stages and set(pipeline.stages[pipeline.stages.index("batch") :]) & {*MAPS, "filter"}:
        return True
    shuffles = pipeline.source in {"shuffled files", "shuffled lines", "zip"}
    for name in pipeline.stages:
        if shuffles and name in drops:
            return True
        shuffles = shuffles or name.startswith("shuffle")
    return pipeline.source == "zip"


def run(count: int, folder: Path) -> collections.Counter[str]:
    write_files(folder)
    seen: collections.Counter[str] = collections.Counter()

    @settings(QUIET, max_examples=count)
    @given(draw_pipelines())
    def check_each(pipeline: RandomPipeline) -> None:
        seen.update(check(pipeline, folder))

    check_each()
    return seen


def test_rewrites_of_a_few_random_pipelines_give_the_same(tmp_path: Path) -> None:
    assert run(FEW, tmp_path)["pipelines"] > 0


@pytest.mark.long
def test_rewrites_of_many_random_pipelines_give_the_same(tmp_path: Path) -> None:
    seen = run(MANY, tmp_path)
    print(dict(seen))  # noqa: T201  # -s shows it
    assert seen["pipelines"] >= 200
    assert seen["rewrites"] >= 200
