"""By what a case is found again in another run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reports.record.record import CaseRecord

Facts = tuple[tuple[str, str], ...]
"""Names and values, in the order in which a table shows them."""


def keep_known(found: Mapping[str, object]) -> Facts:
    """Those that have a value, as text."""
    return tuple((name, str(value).strip()) for name, value in found.items() if value and str(value).strip())


@dataclass(frozen=True)
class Identity:
    """By what a case is found again in another run. Two that differ in anything are never compared.

    Args:
        name: Name of the test's parameters without the device, such as ``post-emulated-2ms-raw``.
        device: Device of the case, "cpu" or "gpu"; empty where the file does not tell.
        details: What must be the same too, though the name does not tell it.
    """

    name: str
    device: str
    details: Facts = ()

    @property
    def label(self) -> str:
        """As tests are named, such as ``post-raw-cpu``."""
        return f"{self.name}-{self.device}" if self.device else self.name


def identify(case: CaseRecord) -> Identity:
    """What the test's name says of a case, and what it does not: the ordering, the examples of a turn, the choices."""
    return Identity(
        case.case.tell(device=False),
        case.device,
        (
            ("ordering", case.ordering),
            ("examples a turn", _tell_sizes(case)),
            ("consumer", case.consumer),
            ("group", case.group),
            *case.choices,
        ),
    )


def _tell_sizes(case: CaseRecord) -> str:
    """The examples of a turn; of a person's pipeline only where every turn has as many: else chance decides."""
    sizes = sorted({turn.sample.num_examples for turn in case.turns})
    if case.extent is not None and (case.extent.is_cut or len(sizes) > 1):
        return "they vary"
    return " or ".join(str(size) for size in sizes)
