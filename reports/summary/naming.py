"""What a case is called: in the ids of tests, in exports and in the rows of tables. Made of what the case is."""

from __future__ import annotations

from typing import Protocol

Facts = tuple[tuple[str, str], ...]
"""Names and values, in the order in which a table shows them."""

UNNAMED_CONSUMERS = ("drain", "memory")  # what an ordering does on its own
DEFAULT_ARM = "default"


class Named(Protocol):
    """What has all that a case is called by: a case of a record, or its summary."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def consumer(self) -> str: ...  # noqa: D102
    @property
    def arm(self) -> str: ...  # noqa: D102
    @property
    def device(self) -> str: ...  # noqa: D102
    @property
    def step_ms(self) -> float | None: ...  # noqa: D102
    @property
    def choices(self) -> Facts: ...  # noqa: D102


def name_consumer(case: Named) -> str:
    """The consumer, with the length of its step where it is emulated: ``emulated-2ms``."""
    return case.consumer if case.step_ms is None else f"{case.consumer}-{case.step_ms:g}ms"


def name_on_any_device(case: Named) -> str:
    """The id of the case's test without the device: ``post-emulated-2ms-raw``."""
    return "-".join([case.name, *_list_consumer(case), case.arm])


def name_case(case: Named) -> str:
    """The id of the case, the same in every run and for no other case: ``post-emulated-2ms-source=png-raw-cpu``."""
    choices = [f"{name}={value}" for name, value in case.choices]
    return "-".join([case.name, *_list_consumer(case), *choices, case.arm, case.device])


def name_in_words(case: Named, name: str) -> str:
    """What the case is on whatever device, such as ``post, emulated, raw, png``.

    Args:
        case: Case to name.
        name: Name of its ordering as a table shows it.
    """
    arm = "" if case.arm == DEFAULT_ARM else case.arm
    choices = ", ".join(value for _, value in case.choices)
    return ", ".join(part for part in (name, case.consumer, arm, choices) if part)


def _list_consumer(case: Named) -> list[str]:
    return [] if case.consumer in UNNAMED_CONSUMERS else [name_consumer(case)]
