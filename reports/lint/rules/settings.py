"""Costs of options: those that repeat what TensorFlow does anyway."""

from __future__ import annotations

from collections.abc import Iterator

from reports.lint.facts import Facts, Found, compute
from reports.lint.finding import Unit
from reports.record.description import Value

OPTIONS = "with_options"
DEFAULTS: dict[str, Value] = {
    "autotune.enabled": True,
    "experimental_optimization.apply_default_optimizations": True,
    "experimental_optimization.inject_prefetch": True,
    "experimental_optimization.map_and_batch_fusion": True,
    "experimental_optimization.map_parallelization": True,
    "experimental_optimization.noop_elimination": True,
    "experimental_optimization.parallel_batch": True,
    "experimental_optimization.shuffle_and_repeat_fusion": True,
    "deterministic": True,
    "experimental_deterministic": True,
    "experimental_slack": False,
    "threading.max_intra_op_parallelism": 1,
}
"""What TensorFlow 2.21 does where nobody says. Source: core/data/dataset_utils.cc and python/data/ops/options.py."""


def find_repeated_options(facts: Facts) -> Iterator[Found]:
    """Options that say what is so anyway."""
    same = [each for each in facts.description.options if each.name in DEFAULTS and each.value == DEFAULTS[each.name]]
    stage = next((each for each in reversed(facts.chain) if each.name == OPTIONS), None)
    if not same or stage is None:
        return
    names = ", ".join(f"{each.name}={each.value}" for each in same)
    yield Found(
        stage,
        f"TensorFlow {facts.description.tensorflow} does that anyway: {names}",
        compute(0, Unit.SECONDS, "gained by it"),
        tuple(f"# delete options.{each.name} = {each.value}" for each in same),
    )
