"""What is said to a worker and what it answers: one JSON object a message, nothing of which is unpickled.

A worker that was forked from this process hears and says the same as the process of a slot, which hands every message
on to a worker of its own. The worker's side needs no more than the standard library; the parent's side, which checks
what it is told, is `bench.workers.answers`.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from bench.programs.place import Place
from reports.gate.work import Contents
from reports.record.capture import StepTimes
from reports.record.case import Case, Subject
from reports.record.description import Description
from reports.record.machine import Setting
from reports.record.memory import Memory
from reports.record.program import DeviceUse, Extent, Program, StageTimes
from reports.record.proposal import Proposal
from reports.record.sample import MixingReading, Sample

KIND = "kind"


@dataclass(frozen=True)
class Package:
    """A Python package as one revision has it: its name, and the folder that holds it and nothing else."""

    name: str
    folder: str


@dataclass(frozen=True)
class Start:
    """Asks for a fresh worker that builds a case; the answer is Ready.

    Args:
        case: The case that the worker builds.
        source: Where the digits come from, as `load_digits` takes it.
        package: The package that the worker must import from a folder of its own; None is the installed one.
        memory_limit_bytes: Most bytes of data that the process may have. The system refuses it more, which ends this
            case and not the run. None sets no limit.
        place: Where the code of a person's pipeline is found; None is the present folder.
        run_in: Folder that the worker runs in, with nothing else led elsewhere; None is the present one.
        turn_limit_s: Most seconds of a turn, for a slot, which stops a worker that takes longer; None leaves it to the
            slot.
    """

    case: Case
    source: str
    package: Package | None = None
    memory_limit_bytes: int | None = None
    place: Place | None = None
    run_in: str | None = None
    turn_limit_s: float | None = None

    @property
    def subject(self) -> Subject:
        """What the worker is started for."""
        return self.case.subject

    @property
    def name(self) -> str:
        """What messages call the worker."""
        return self.case.id


@dataclass(frozen=True)
class Describe:
    """Asks a fresh worker what can be known of a dataset without timing it; the answer is its Description.

    Args:
        subject: The dataset, as text.
        source: Where the digits of an ordering come from, as `load_digits` takes it.
        memory_limit_bytes: Most bytes of data that the process may have; None sets no limit.
    """

    subject: Subject
    source: str
    memory_limit_bytes: int | None = None

    @property
    def name(self) -> str:
        """What messages call the worker."""
        return self.subject.name


@dataclass(frozen=True)
class Propose:
    """Asks a fresh worker what may be changed of a pipeline without changing what it means; the answer is a Proposal.

    Args:
        subject: The pipeline, as text.
        memory_bytes: Most bytes that a rewrite may be predicted to hold; None sets no limit.
        tolerance: By which share floats may differ.
    """

    subject: Subject
    memory_bytes: int | None = None
    tolerance: float = 0.0

    @property
    def name(self) -> str:
        """What messages call the worker."""
        return self.subject.name


@dataclass(frozen=True)
class WarmUp:
    """Asks for the first turn, which is not counted, and for the program that it ran; the answer is WarmedUp.

    Args:
        reads_program: False to leave out the program, which takes half an epoch to read.
    """

    reads_program: bool = True


@dataclass(frozen=True)
class FixBatches:
    """Asks to take so many batches a turn from now on, and to tell those after the first from it; the answer is Done.

    Args:
        num_batches: Number that all cases take whose turns are parts of an epoch.
    """

    num_batches: int


@dataclass(frozen=True)
class TakeTurn:
    """Asks for a turn; the answer is its Sample."""


@dataclass(frozen=True)
class ReadMemory:
    """Asks what the pipeline holds; the answer is Memory."""


@dataclass(frozen=True)
class ReadStages:
    """Asks what each stage of the pipeline takes; the answer is StageTimes."""


@dataclass(frozen=True)
class ReadMixing:
    """Asks how well the pipeline mixes its examples; the answer is MixingReading."""


@dataclass(frozen=True)
class ReadContents:
    """Asks what the pipeline gives, whatever the order; the answer is Contents.

    Args:
        num_examples: Most examples to read.
        limit_s: Seconds after which no further element is taken.
        seed: Seed of all that the pipeline draws.
        is_deterministic: True to let TensorFlow run nothing in an order that can vary.
    """

    num_examples: int
    limit_s: float
    seed: int = 0
    is_deterministic: bool = True


@dataclass(frozen=True)
class CaptureTrace:
    """Asks for a trace in TensorBoard's layout below a folder; the answer is StepTimes."""

    folder: Path


@dataclass(frozen=True)
class Pin:
    """Asks a slot to keep all threads of its worker on one core from now on; the answer is Done."""

    core: int


@dataclass(frozen=True)
class Stop:
    """Asks a slot to end its worker; the answer is Done, also if there is none."""


@dataclass(frozen=True)
class Ready:
    """A worker has built its case on this data with these versions, and has proved which device it uses.

    Args:
        setting: The data and the versions.
        notices: Lines that the user should read.
        device_use: The device that was asked for, found and used.
        moved_files: Where the caches and snapshots of a person's pipeline would have written, had the worker not given
            them a folder of its own; below the checkout as paths from its top.
    """

    setting: Setting
    notices: tuple[str, ...]
    device_use: DeviceUse | None = None
    moved_files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Introduction:
    """What a revision says of itself, before any worker is started.

    Args:
        cases: Every case that a gate can compare.
        setting: The data and the versions that it runs with.
        notices: Lines that the user should read.
    """

    cases: tuple[Case, ...]
    setting: Setting
    notices: tuple[str, ...]


@dataclass(frozen=True)
class WarmedUp:
    """The first turn, which is not counted, and the program that it ran; None for a case that is not timed.

    Args:
        sample: What the first turn took.
        program: What TensorFlow ran.
        extent: How much a turn takes, where only the first one told.
    """

    sample: Sample
    program: Program | None
    extent: Extent | None = None


@dataclass(frozen=True)
class Done:
    """What was asked for is done, and there is nothing to tell."""


@dataclass(frozen=True)
class Failure:
    """A worker could not do what it was asked.

    Args:
        reason: Why, in one line.
        bad_input: True if no other worker could either.
        printed: What the worker had printed, where a slot tells of it.
    """

    reason: str
    bad_input: bool
    printed: str = ""


Reading = ReadMemory | ReadStages | ReadMixing | ReadContents
Request = Start | Describe | Propose | WarmUp | FixBatches | TakeTurn | Reading | CaptureTrace | Pin | Stop
Read = Memory | StageTimes | MixingReading | Contents
Answer = Introduction | Ready | WarmedUp | Sample | Read | StepTimes | Description | Proposal | Done | Failure
FAILED = b'{"kind": "Failure"'  # how the line of a Failure begins
REQUESTS: Mapping[str, type[Request]] = {kind.__name__: kind for kind in get_args(Request)}


def encode(message: Request | Answer) -> bytes:
    """The message as a line of JSON: the fields of its type, and the name of the type first."""
    fields = {KIND: type(message).__name__, **dataclasses.asdict(message)}
    return json.dumps(fields, default=os.fspath).encode() + b"\n"


def decode_request(line: bytes) -> Request:
    """The request in a line, of which the values are not checked: it comes from our own side.

    Raises:
        ValueError: It is no request.
    """
    try:
        fields = json.loads(line)
        request: Request = _build(REQUESTS[fields.pop(KIND)], fields)
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"no request that is known here: {line[:80]!r} ({error})") from None
    return request


def find_failure(line: bytes) -> Failure | None:
    """The failure that a line tells; None if it tells anything else."""
    if not line.startswith(FAILED):
        return None
    fields = json.loads(line)
    return Failure(fields["reason"], fields["bad_input"], fields["printed"])


def _build(kind: type, fields: Mapping[str, Any]) -> Any:
    readers = _find_readers(kind)
    return kind(**{name: readers[name](value) for name, value in fields.items()})


@functools.cache
def _find_readers(kind: type) -> Mapping[str, Callable[[Any], Any]]:
    """What makes the value of each field from that of JSON."""
    return {name: _find_reader(hint) for name, hint in get_type_hints(kind).items()}


def _find_reader(hint: Any) -> Callable[[Any], Any]:
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return functools.partial(_build, hint)
    if hint is Path:
        return Path
    parts = [each for each in get_args(hint) if each is not type(None)]
    if get_origin(hint) is tuple:
        part = _find_reader(parts[0])
        return lambda values: tuple(part(value) for value in values)
    if len(parts) == 1 and type(None) in get_args(hint):
        inner = _find_reader(parts[0])
        return lambda value: None if value is None else inner(value)
    return lambda value: value
