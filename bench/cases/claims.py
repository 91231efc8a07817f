"""The cases that only claims need, by the group that measures them together: data, each with a name of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bench.cases.orderings import NUM_FED_EXAMPLES
from bench.consumers.registry import find_consumer
from bench.machine.cores import count_cores
from bench.pipelines.arms import INTRA_OP, POOL, RAW, Arm
from bench.subjects.orderings import describe_ordering
from mnist_core import NAMED_ORDERINGS, Device, PipelineSpec, parse_ordering
from reports.claims.file import ALL, load_claims, select_claims
from reports.record.case import DEFAULT, Case, Fitting

NUM_EXAMPLES = 20_000  # of a drained epoch, as in the main job
NUM_SLOW_EXAMPLES = 6400  # where an example costs a call of Python or a file
MANY_CALLS = 64  # far more parallel calls than a small machine has cores
SHUFFLED = "shuffle(60000)"
PER_EXAMPLE = "shuffle(60000).map().batch(32).prefetch(auto)"
VECTORISED = "shuffle(60000).batch(32).map().prefetch(auto)"
LEARNT = "batch(128).map().prefetch(auto)"  # fast enough to train dozens of models
BUFFERS = (1, 100, 1000, 10_000, 60_000)
ORIGINAL = Fitting(from_arrays=True, num_epochs=5, retrains=True)  # the official example that the post begins with


def build_claim_cases(wanted: str | None, devices: Sequence[Device] = ("cpu",)) -> dict[str, list[Case]]:
    """By group, the cases of the claims that a text such as ``C19,C20`` names; ``all`` are all, None is none.

    Args:
        wanted: Text that names the claims; None names none.
        devices: Kinds of device to measure on. All cases are on the CPU, and on another device those that a claim wants
            there.

    Raises:
        ClaimError: There is no such claim.
    """
    claims = () if wanted is None else select_claims(load_claims(), wanted)
    needed = {(*case, claim.device) for claim in claims for case in claim.wanted_cases}

    def is_needed(case: Case) -> bool:
        return identify(case) in needed or (wanted == ALL and case.device == "cpu")

    groups = {
        group: [each for device in devices for case in cases if (each := _move(case, device)) is not None]
        for group, cases in _build_groups().items()
    }
    return {group: [case for case in cases if is_needed(case)] for group, cases in groups.items()}


def _move(case: Case, device: Device) -> Case | None:
    """The case on another device; None where it has nothing to compute there."""
    return replace(case, device=device) if device == "cpu" or find_consumer(case.consumer).computes else None


def identify(case: Case) -> tuple[str, str, str, str]:
    """By what a claim finds a case in a record."""
    return case.name, case.consumer, case.arm, case.device


def _build_groups() -> dict[str, list[Case]]:
    """By group, every case that is not in the main job."""
    return {
        "claims": _build_drained(),
        "claims_training": [*_build_prefetching(), *_build_fitted()],
        "claims_memory": _build_remembered(),
        "mixing": _build_mixed(),
        "accuracy": _build_trained(),
    }


def _case(name: str, text: str, consumer: str = "drain", arm: Arm = DEFAULT, **choices: Any) -> Case:
    """A case from the text of its ordering; `choices` are those of the case or of its spec."""
    of_spec = {key: choices.pop(key) for key in ("labels", "normalize", "source", "function") if key in choices}
    spec = PipelineSpec(parse_ordering(text), **of_spec)
    return Case(describe_ordering(name, spec), consumer, arm, **choices)


def _build_drained() -> list[Case]:
    cores = count_cores()

    def drained(name: str, text: str, arm: Arm = DEFAULT, **choices: Any) -> Case:
        return _case(name, text, arm=arm, **{"num_examples": NUM_EXAMPLES, **choices})

    def slow(name: str, **choices: Any) -> Case:
        return drained(name, PER_EXAMPLE, num_examples=NUM_SLOW_EXAMPLES, **choices)

    return [
        *(
            drained(f"calls_{label}", f"{SHUFFLED}.map(parallel={number}).batch(32).prefetch(2)", RAW)
            for label, number in (("one", 1), ("cores", cores), ("many", MANY_CALLS))
        ),
        drained("expert", f"{SHUFFLED}.map(parallel={cores}).batch(32).prefetch(10)", RAW),
        drained("tuned", f"{SHUFFLED}.map(parallel=auto).batch(32).prefetch(auto)"),
        drained("unordered", f"{SHUFFLED}.map(parallel=auto, deterministic=False).batch(32).prefetch(auto)"),
        drained("parallel_batch", f"{SHUFFLED}.map().batch(32, parallel=auto).prefetch(auto)"),
        drained("large_batch", f"{SHUFFLED}.map().batch(1024).prefetch(auto)"),
        drained("large_parallel_batch", f"{SHUFFLED}.map().batch(1024, parallel=auto).prefetch(auto)"),
        drained("fused", PER_EXAMPLE),
        drained("fused", PER_EXAMPLE, "without_map_and_batch_fusion"),
        drained("vectorised", VECTORISED),
        drained("vectorised", VECTORISED, INTRA_OP),
        drained("vectorised", VECTORISED, POOL),
        drained("raw_pixels", VECTORISED, normalize="model"),
        drained("cache_filled", "map().cache().batch(32).prefetch(auto)"),
        drained("cache_filling", "map().cache().batch(32).prefetch(auto)", is_cold=True),
        drained("cache_of_batches", "map().batch(32).cache().prefetch(auto)"),
        slow("graph_function"),
        slow("numpy_function", function="numpy"),
        slow("python_function", function="python"),
        slow("generator", source="generator"),
        slow("png_warm", source="png"),
        slow("png_cold", source="png", is_cold=True),
        slow("tfrecord_warm", source="tfrecord"),
        slow("tfrecord_cold", source="tfrecord", is_cold=True),
    ]


def _build_prefetching() -> list[Case]:
    """How much to prefetch: into an emulated accelerator, which leaves the CPU free while it computes."""
    return [
        _case(
            f"prefetch_{number}",
            f"{SHUFFLED}.batch(32).map().prefetch({number})",
            "emulated",
            arm,
            num_examples=NUM_FED_EXAMPLES,
            step_ms=2.0,
        )
        for arm in (DEFAULT, RAW)
        for number in (1, 2, 10)
    ]


def _build_fitted() -> list[Case]:
    def fitted(name: str, text: str = VECTORISED, *, normalize: str = "pipeline", **choices: Any) -> Case:
        fitting = Fitting(**choices)
        return _case(name, text, "fit", num_examples=NUM_FED_EXAMPLES, fitting=fitting, normalize=normalize)

    return [
        fitted("fit_arrays", from_arrays=True),
        fitted("fit_pipeline"),
        fitted("fit_post", "shuffle(60000).map().prefetch(320).batch(32)"),
        fitted("fit_many_steps", steps_per_execution=50),
        fitted("fit_jit", jit_compile=True),
        fitted("fit_no_jit", jit_compile=False),
        fitted("fit_raw_pixels", normalize="model"),
    ]


def _build_remembered() -> list[Case]:
    def remembered(name: str, text: str, **choices: Any) -> Case:
        return _case(name, text, "memory", **choices)

    return [
        remembered("floats_shuffled", PER_EXAMPLE, source="floats"),
        remembered("three_epochs", "shuffle(180000).repeat(3).batch(32).map().prefetch(auto)"),
        remembered("prefetch_500", "map().batch(32).prefetch(500)"),
        remembered("paths_shuffled", PER_EXAMPLE, source="png"),
        remembered("decoded_shuffled", "map().shuffle(60000).batch(32).prefetch(auto)", source="png"),
        remembered("more_paths_shuffled", "repeat(2).shuffle(100000).map().batch(32).prefetch(auto)", source="png"),
    ]


def _build_mixed() -> list[Case]:
    """Every buffer size, and every ordering by name: most shuffle the whole data set."""
    buffers = [_case(f"buffer_{size}", f"shuffle({size}).{LEARNT}", "mixing") for size in BUFFERS]
    return [*buffers, *(_case(name, named.text, "mixing") for name, named in NAMED_ORDERINGS.items())]


def _build_trained() -> list[Case]:
    by_label = Fitting(retrains=True, sorts_by_label=True)
    cases = [_case(f"sorted_{size}", f"shuffle({size}).{LEARNT}", "fit", fitting=by_label) for size in BUFFERS]
    as_it_came = Fitting(retrains=True)
    cases += [_case(f"natural_{size}", f"shuffle({size}).{LEARNT}", "fit", fitting=as_it_came) for size in (1, 60_000)]
    return [*cases, _case("original", "shuffle(60000).map().batch(32)", "fit", fitting=ORIGINAL)]
