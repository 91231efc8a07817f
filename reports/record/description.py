"""What is known of a dataset without timing it: its stages as written, and the stages that TensorFlow runs."""

from __future__ import annotations

from dataclasses import dataclass

from reports.record.case import Subject

Value = str | int | float | bool | None
AUTO = "auto"  # a number that AUTOTUNE chooses


@dataclass(frozen=True)
class Origin:
    """A line of a person's program.

    Args:
        file: Path of the file.
        line: Number of the line, from 1 on.
    """

    file: str
    line: int


@dataclass(frozen=True)
class Argument:
    """A value that a stage was given; "auto" is a number that AUTOTUNE chooses, None one that is not known."""

    name: str
    value: Value


@dataclass(frozen=True)
class OperationCount:
    """How often an operation of TensorFlow, such as DecodeJpeg, stands in a function."""

    name: str
    count: int


@dataclass(frozen=True)
class FunctionDescription:
    """A function that a stage calls.

    Args:
        role: What the stage calls it for, such as "map_func" or "key_func".
        name: Its name in the program; "lambda" for one without.
        origin: Where it begins; None for one of TensorFlow's own.
        operations: All of its operations and those of the functions that it calls, by name.
        python: Names of the operations among them that run Python.
        random: Names of those that draw random numbers from a state, so that each call gives others.
        is_seeded: True if all of `random` have a seed; None where there are none.
        stateless_random: Names of those that draw random numbers from a seed that they are given.
        stateful: Names of the others that depend on a state, such as a table's.
        python_random: Names of the functions of Python that it calls and that draw random numbers.
    """

    role: str
    name: str
    origin: Origin | None
    operations: tuple[OperationCount, ...]
    python: tuple[str, ...]
    random: tuple[str, ...]
    is_seeded: bool | None
    stateless_random: tuple[str, ...]
    stateful: tuple[str, ...]
    python_random: tuple[str, ...] = ()


@dataclass(frozen=True)
class ElementBytes:
    """How many bytes an element has.

    Args:
        mean: The mean over elements; of strings the characters are counted, of ragged and sparse values the parts.
        num_sampled: Number of elements that it is the mean of; 0 where the shapes alone say it.
    """

    mean: float
    num_sampled: int


@dataclass(frozen=True)
class Holding:
    """What a stage will hold when it holds most.

    Args:
        num_elements: Number of elements; None where AUTOTUNE or the data decide.
        element_bytes: Bytes of each; None where they are not known.
        further_bytes: Bytes beside the elements: of arrays that a pipeline begins with, of what is read ahead.
        is_on_disk: True for a cache in a file.
        is_cached: True for a buffer of elements that a cache before it holds anyway: they take no further bytes.
    """

    num_elements: int | None
    element_bytes: float | None
    further_bytes: int = 0
    is_on_disk: bool = False
    is_cached: bool = False

    @property
    def num_bytes(self) -> int | None:
        """All of its bytes; None where a part is not known."""
        if self.num_elements == 0 or self.is_cached:
            return self.further_bytes
        if self.num_elements is None or self.element_bytes is None:
            return None
        return round(self.num_elements * self.element_bytes) + self.further_bytes


@dataclass(frozen=True)
class Loss:
    """What a stage loses, seen on some elements.

    Args:
        share: The share of its input that a filter drops, or of its bytes that are padding.
        num_sampled: Number of elements that were seen.
    """

    share: float
    num_sampled: int


@dataclass(frozen=True)
class StageDescription:
    """A stage of a dataset as it is written.

    Args:
        number: Its number in the description; what feeds it has smaller ones.
        name: What tf.data calls it, such as "shuffle".
        kind: Name of TensorFlow's class.
        call: Function of TensorFlow that the program called instead, such as "list_files"; None where it called this.
        origin: Where the program makes it; None where that is not known.
        arguments: The values that it was given, usual ones too.
        is_seeded: For a stage that draws random numbers, True if it has a seed; None for others.
        inputs: Numbers of the stages that feed it, in order.
        inner: Numbers of the last stages of the datasets that its functions make.
        functions: The functions that it calls.
        spec: What its elements are, as text.
        num_elements: Number of its elements; None if that is not known or endless.
        is_endless: True if it never ends.
        element_bytes: Bytes of an element that it gives; None if that is not known.
        holding: What it holds; None for one that holds at most an element at a time.
        is_told: True if TensorFlow itself knows how many elements it has, or that it never ends.
        loss: What a filter drops or a padded batch wastes; None for others, and where nothing was seen.
        takes_batches: True for a map of which it is proved that its function gives the same, bit for bit, on batches.
        is_dropped: True for one that the program makes and leaves in a line that uses its result for nothing.
    """

    number: int
    name: str
    kind: str
    call: str | None
    origin: Origin | None
    arguments: tuple[Argument, ...]
    is_seeded: bool | None
    inputs: tuple[int, ...]
    inner: tuple[int, ...]
    functions: tuple[FunctionDescription, ...]
    spec: str
    num_elements: int | None
    is_endless: bool
    element_bytes: ElementBytes | None
    holding: Holding | None
    is_told: bool = True
    loss: Loss | None = None
    takes_batches: bool = False
    is_dropped: bool = False

    def find_argument(self, name: str) -> Value:
        """The value of an argument; None where it has none of that name."""
        return next((each.value for each in self.arguments if each.name == name), None)


@dataclass(frozen=True)
class RunStage:
    """A stage that TensorFlow runs, after its rewrites.

    Args:
        name: TensorFlow's name with its numbers, such as "ParallelMapV2(auto)".
        inputs: Places, in the tuple of all, of the stages that feed it; equal ones stand there once.
    """

    name: str
    inputs: tuple[int, ...]


@dataclass(frozen=True)
class Description:
    """What is known of a dataset without timing it.

    Args:
        subject: The dataset, as text.
        tensorflow: Version of TensorFlow.
        stages: The stages as written; what feeds a stage stands before it, and the last one is the dataset.
        options: The options that are set, by their dotted names.
        program: The stages that TensorFlow runs; what feeds a stage stands before it. Empty where that is not known.
        notes: What could not be found out, and why, a sentence each.
        others: Stages that the program made of these for other datasets, or for none; their numbers go on from these.
    """

    subject: Subject
    tensorflow: str
    stages: tuple[StageDescription, ...]
    options: tuple[Argument, ...]
    program: tuple[RunStage, ...]
    notes: tuple[str, ...] = ()
    others: tuple[StageDescription, ...] = ()

    def find_bytes_before(self, stage: StageDescription) -> ElementBytes | None:
        """Bytes of an element that comes into a stage; None if it has not one input alone, or they are not known."""
        return self.stages[stage.inputs[0]].element_bytes if len(stage.inputs) == 1 else None
