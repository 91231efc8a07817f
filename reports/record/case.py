"""A case, as data: its subject, how that is consumed, with which rewrites and on which device."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from reports.record.program import Device

CONTROL = "control"  # the name under which one case is measured a second time
DEFAULT = "default"  # the arm that leaves TensorFlow's rewrites and autotune as a user gets them
REFERENCE = "post"  # the ordering that every ratio is to, where the subjects are orderings of our digits
ORDERING = "ordering"  # the kind of subject whose text is an ordering of our digits
PIPELINE, RUN = "pipeline", "run"  # kinds of a person's own: a name in a file or module; a program that is run
GRAPH, OBJECT = "graph", "object"  # datasets of a person's process: one that left it as a graph; one that could not
OWN_DATA = (PIPELINE, RUN, GRAPH, OBJECT)  # kinds of subjects that read what they like: nothing is known of their data
UNNAMED_CONSUMERS = ("drain", "memory", "contents")  # what a pipeline does on its own; a case's id does not name them


@dataclass(frozen=True)
class Subject:
    """Something that opens to batches, as a rule a ``tf.data.Dataset``.

    Args:
        kind: How the text is understood; "ordering" is an ordering of our digits.
        name: What tables call it: a short name, or the text itself where a user brought it.
        text: What runs, as a person types it.
        options: What sets it apart from other subjects of the same text, as names and values, such as
            ("source", "png"); values that are a kind's defaults are left out.
        reference: Name of the subject that ratios are to; None where there is none.
        python: Interpreter that opens it; None for the one that measures.

    Example:
        >>> subject = Subject("ordering", "mine", "shuffle(1000).batch(32).map()", (("labels", "sparse"),), "post")
        >>> Case(subject, "drain").id
        'mine-default-cpu'
    """

    kind: str
    name: str
    text: str
    options: tuple[tuple[str, str], ...] = ()
    reference: str | None = None
    python: str | None = None

    @property
    def reads_own_data(self) -> bool:
        """True for a person's pipeline, of whose data nothing is known."""
        return self.kind in OWN_DATA


@dataclass(frozen=True)
class Fitting:
    """How Keras' fit trains in a turn.

    Args:
        from_arrays: True to train on the normalised arrays, of which Keras makes its own dataset, rather than on the
            pipeline.
        steps_per_execution: Number of batches in one call of the compiled step.
        jit_compile: Whether XLA compiles the step; None leaves it to Keras, which turns it off on a CPU.
        num_epochs: Number of epochs in a turn.
        retrains: True to begin every turn with a model that knows nothing, and to test it at the end.
        sorts_by_label: True if the training set comes sorted by label.
    """

    from_arrays: bool = False
    steps_per_execution: int = 1
    jit_compile: bool | None = None
    num_epochs: int = 1
    retrains: bool = False
    sorts_by_label: bool = False


@dataclass(frozen=True)
class Case:
    """One row of a table: a subject, and how it is measured.

    Args:
        subject: What is measured.
        consumer: Who takes the batches, by its name in the table of consumers (`bench.consumers.registry`).
        arm: Set of TensorFlow's rewrites that the pipeline runs with, by its name in `bench.pipelines.arms`.
        device: Kind of device that the consumer computes on, "cpu" or "gpu"; part of the identity, so that no tool
            ever compares the two by mistake.
        num_examples: Number of examples that make an epoch; None takes all that the subject has.
        step_ms: How long the emulated accelerator computes on a batch.
        is_cold: True if before every turn the dataset is built anew and its files are dropped from the page cache.
        fitting: How Keras' fit trains, for that consumer alone.
        model: Name of the model that predicts, or where a person's own is found that trains, for these consumers alone.
        batch_size: Number of examples in a call of the model that predicts.

    Example:
        >>> Case(build_case("post").subject, "step").id
        'post-step-default-cpu'
    """

    subject: Subject
    consumer: str = "drain"
    arm: str = DEFAULT
    device: Device = "cpu"
    num_examples: int | None = None
    step_ms: float | None = None
    is_cold: bool = False
    fitting: Fitting | None = None
    model: str | None = None
    batch_size: int | None = None

    @property
    def name(self) -> str:
        """The subject's name."""
        return self.subject.name

    @property
    def id(self) -> str:
        """What pytest selects the case by, such as ``post-default-cpu`` or ``post-emulated-2ms-raw-cpu``."""
        return self.tell()

    @property
    def label(self) -> str:
        """The id with all that sets the case apart, such as ``png_cold-source=png-cold=yes-default-cpu``."""
        return self.tell(choices=True)

    @property
    def consumer_label(self) -> str:
        """The consumer, with the length of its step if it is emulated, such as ``emulated-2ms``."""
        return self.consumer if self.step_ms is None else f"{self.consumer}-{self.step_ms:g}ms"

    def tell(self, *, choices: bool = False, arm: bool = True, device: bool = True) -> str:
        """What the case is called: its subject, its consumer unless that is plain, and what else is asked for.

        Args:
            choices: True to name what sets the case apart from others of its subject, consumer, arm and device.
            arm: True to name the arm.
            device: True to name the kind of device.
        """
        parts = [self.name]
        if self.consumer not in UNNAMED_CONSUMERS:
            parts.append(self.consumer_label)
        if choices:
            parts += [f"{name}={value}" for name, value in self.choices]
        return "-".join([*parts, *([self.arm] if arm else []), *([self.device] if device else [])])

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """What sets it apart from others of its text, consumer, arm and device: names and values, no defaults."""
        chosen: dict[str, object] = dict(self.subject.options)
        if self.is_cold:
            chosen["cold"] = "yes"
        if self.model is not None:
            chosen["model"] = self.model
        if self.batch_size is not None:
            chosen["batch_size"] = self.batch_size
        if self.fitting is not None:
            usual = asdict(Fitting())
            chosen |= {name: value for name, value in asdict(self.fitting).items() if value != usual[name]}
        return tuple((name, str(value)) for name, value in chosen.items())
