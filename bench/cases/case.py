"""A case, as data: what is measured, how it is consumed, with which rewrites and on which device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Literal

from bench.machine.environment import count_cores
from mnist_core.devices.support import Device
from mnist_core.language.errors import InputError
from mnist_core.language.named_orderings import NAMED_ORDERINGS, find_ordering
from mnist_core.language.spec import ModelName, PipelineSpec
from reports.record.record import CONTROL

Consumer = Literal[
    "drain", "python", "step", "emulated", "fit", "mixing", "memory", "traced", "copy", "copy_ahead", "train", "infer"
]
Arm = str

COPYING = ("copy", "copy_ahead")
QUEUEING = (*COPYING, "train", "infer")  # their calls may return before the device has finished
ON_DEVICE = (*QUEUEING, "step", "fit", "traced")  # the others have nothing that a GPU could do

DEFAULT: Arm = "default"
RAW: Arm = "raw"
WITHOUT = "without_"
REWRITES = (
    "noop_elimination",
    "shuffle_and_repeat_fusion",
    "map_parallelization",
    "map_and_batch_fusion",
    "parallel_batch",
    "inject_prefetch",
)  # those that TensorFlow 2.21 applies by default: core/data/dataset_utils.cc
INTRA_OP, POOL = "intra_op_1", "private_pool"  # recommended settings that TensorFlow 2.21 has by default
ARMS = (DEFAULT, RAW, *(f"{WITHOUT}{rewrite}" for rewrite in REWRITES), INTRA_OP, POOL)
RAW_PREFETCH = 2  # what prefetch(auto) starts with; with autotune off it would still tune itself

CONTROLLED = "batch_before_map"  # fast, and it has a map, a batch, a shuffle and a prefetch
FED = ("post", "prefetch_last", "no_prefetch", "batch_before_map")  # where prefetch stands matters to a consumer
NUM_FED_EXAMPLES = 6400  # 200 steps: of 2 ms, a turn lasts 0.4 s and more


@dataclass(frozen=True)
class Fitting:
    """How Keras' fit trains in a turn.

    Args:
        from_arrays: on the normalised arrays, of which Keras makes its own dataset, rather than on the pipeline.
        steps_per_execution: batches in one call of the compiled step.
        jit_compile: None leaves it to Keras, which turns it off on a CPU.
        num_epochs: of a turn.
        retrains: begin every turn with a model that knows nothing, and test it at the end.
        sorts_by_label: the training set comes sorted by label.
    """

    from_arrays: bool = False
    steps_per_execution: int = 1
    jit_compile: bool | None = None
    num_epochs: int = 1
    retrains: bool = False
    sorts_by_label: bool = False


@dataclass(frozen=True)
class Case:
    """One row of a table.

    Args:
        name: the ordering's name, or its text where a user brought it.
        spec: the pipeline.
        consumer: "drain" takes the batches inside the graph as fast as they come, "python" in a Python loop, "step"
            trains the mlp on each, "emulated" waits `step_ms` for each and leaves the CPU free, "fit" is Keras' own
            loop, "mixing" scores the order in which the examples come; "memory" and "traced", which is "step" under
            the profiler, are not timed. "copy" copies each batch to the device, "copy_ahead" before it is asked for;
            "train" is "step" with no step waited for; "infer" has no pipeline: the model predicts one batch again and
            again.
        arm: "default" leaves TensorFlow's rewrites and autotune as a user gets them, "raw" turns them off,
            "without_<rewrite>" turns one off; "intra_op_1" and "private_pool" are threading settings.
        device: part of the identity, so that no tool ever compares CPU with GPU by mistake.
        num_examples: of the training set that make an epoch; None is all.
        step_ms: how long the emulated accelerator computes on a batch.
        is_cold: before every turn the dataset is built anew and its files are dropped from the page cache.
        fitting: for the consumer "fit" alone.
        model: that predicts, for the consumer "infer" alone.

    Example:
        >>> Case("mine", PipelineSpec(parse_ordering("batch(32).map()")), "step").id
        'mine-step-default-cpu'
    """

    name: str
    spec: PipelineSpec
    consumer: Consumer = "drain"
    arm: Arm = DEFAULT
    device: Device = "cpu"
    num_examples: int | None = None
    step_ms: float | None = None
    is_cold: bool = False
    fitting: Fitting | None = None
    model: ModelName | None = None

    def __post_init__(self) -> None:
        if self.arm not in ARMS:
            raise InputError(f"arm must be one of {', '.join(ARMS)}, got '{self.arm}'.")
        if (self.step_ms is not None) != (self.consumer == "emulated"):
            raise InputError(f"step_ms belongs to the emulated consumer, got {self.step_ms!r} with {self.consumer}.")
        if (self.fitting is not None) != (self.consumer == "fit"):
            raise InputError(f"fitting belongs to the consumer fit, got {self.fitting!r} with {self.consumer}.")
        if (self.model is not None) != (self.consumer == "infer"):
            raise InputError(f"model belongs to the consumer infer, got {self.model!r} with {self.consumer}.")
        if self.device != "cpu" and self.consumer not in ON_DEVICE:
            raise InputError(f"the consumer {self.consumer} takes batches on the CPU alone, got device {self.device}.")

    @property
    def id(self) -> str:
        """The test's parameter id, such as ``post-default-cpu`` or ``post-emulated-2ms-raw-cpu``."""
        consumer = [] if self.consumer in ("drain", "memory") else [self.consumer]
        step = [] if self.step_ms is None else [f"{self.step_ms:g}ms"]
        return "-".join([self.name, *consumer, *step, self.arm, self.device])

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """What sets it apart beside its ordering, consumer, arm and device: names and values, defaults left out."""
        common = {field.name: field.default for field in fields(PipelineSpec)}
        spec = {name: getattr(self.spec, name) for name in ("labels", "normalize", "source", "function")}
        chosen = {name: value for name, value in spec.items() if value != common[name]}
        chosen |= {"cold": "yes"} if self.is_cold else {}
        if self.model is not None:
            chosen |= {"model": self.model, "batch_size": self.spec.ordering.batch.batch_size}
        fitting = {} if self.fitting is None else asdict(self.fitting)
        chosen |= {name: value for name, value in fitting.items() if value != getattr(Fitting(), name)}
        return tuple((name, str(value)) for name, value in chosen.items())


@dataclass(frozen=True)
class Selection:
    """What a user asks for.

    Args:
        orderings: further names or texts.
        arms: measured for every ordering.
        num_examples: of a drained epoch; None is the whole training set.
        step_ms: of the emulated accelerator.
        python_loop: also take the batches in a Python loop.
        devices: to measure on; what runs on the CPU alone is measured if it is among them.
    """

    orderings: Sequence[str] = ()
    arms: Sequence[Arm] = (DEFAULT, RAW)
    num_examples: int | None = None
    step_ms: float = 2.0
    python_loop: bool = False
    devices: Sequence[Device] = ("cpu",)


def build_drain_cases(selection: Selection) -> list[Case]:
    """Every ordering in every arm, drained, and the A/A control.

    Raises:
        InputError: an added ordering or an arm does not work.
    """
    if "cpu" not in selection.devices:
        return []
    cases = [
        build_case(name, arm=arm, num_examples=selection.num_examples)
        for arm in selection.arms
        for name in _names(selection)
    ]
    if selection.python_loop:
        cases += [replace(case, consumer="python") for case in cases]
    control = build_case(CONTROLLED, num_examples=selection.num_examples)
    return [*cases, replace(control, name=CONTROL)]


def build_fed_cases(selection: Selection) -> list[Case]:
    """The orderings whose prefetch stands elsewhere, feeding an emulated accelerator and a real training step."""
    names = list(dict.fromkeys([*FED, *_own_names(selection)]))
    emulated = [
        build_case(name, "emulated", arm=arm, num_examples=NUM_FED_EXAMPLES, step_ms=selection.step_ms)
        for arm in selection.arms
        for name in names
        if "cpu" in selection.devices
    ]
    steps = [build_case(name, "step", num_examples=NUM_FED_EXAMPLES) for name in names]
    return [*emulated, *(replace(step, device=device) for device in selection.devices for step in steps)]


def build_memory_cases(selection: Selection) -> list[Case]:
    """Every ordering, as a user gets it, over the whole training set: what it holds."""
    return [build_case(name, "memory") for name in _names(selection) if "cpu" in selection.devices]


def build_trace_cases(selection: Selection) -> list[Case]:
    """The orderings whose prefetch stands elsewhere, as a user gets them, feeding a training step that is profiled."""
    cases = [build_case(name, "traced") for name in dict.fromkeys([*FED, *_own_names(selection)])]
    return [replace(case, device=device) for device in selection.devices for case in cases]


def build_case(
    name: str,
    consumer: Consumer = "drain",
    *,
    arm: Arm = DEFAULT,
    num_examples: int | None = None,
    step_ms: float | None = None,
) -> Case:
    """The case of an ordering by name or text; the raw arm has numbers where the ordering says auto.

    Example:
        >>> build_case("post", "emulated", step_ms=2).id
        'post-emulated-2ms-default-cpu'
    """
    ordering = find_ordering(name)
    if arm == RAW:
        ordering = ordering.with_numbers(parallel=count_cores(), prefetch=RAW_PREFETCH)
    return Case(name, PipelineSpec(ordering), consumer, arm, num_examples=num_examples, step_ms=step_ms)


def _names(selection: Selection) -> list[str]:
    return list(dict.fromkeys([*NAMED_ORDERINGS, *_own_names(selection)]))


def _own_names(selection: Selection) -> list[str]:
    """The names that a user added, or the texts in the form in which they are printed."""
    return [text if text in NAMED_ORDERINGS else str(find_ordering(text)) for text in selection.orderings]
