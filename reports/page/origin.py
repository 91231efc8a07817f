"""Where a run comes from, and how far to trust it: what stands below its headline, and on every picture."""

from __future__ import annotations

from reports.summary.summary import Summary
from reports.tables.notes import tell_digits

MINUTES = 16  # characters of a time in ISO 8601


def tell_when(summary: Summary) -> str:
    """The minute of the run; empty where its file does not tell."""
    return summary.datetime[:MINUTES].replace("T", " ")


def tell_origin(summary: Summary) -> tuple[str, ...]:
    """When and on which machine the run took place, as far as its file tells."""
    return tuple(part for part in (tell_when(summary), summary.machine_in_words) if part)


def list_origin(summary: Summary) -> tuple[tuple[str, str], ...]:
    """What is asked of a run that somebody else made, by name; what its file does not tell is left out."""
    noise = summary.noise
    found = {
        "Noise": "" if noise is None else f"{noise.kind.value}: {noise.reason}",
        "Machine": summary.machine_in_words,
        "Commit": dict(summary.versions).get("commit", ""),
        "Command": summary.command,
        "Digits": _tell_digits(summary),
    }
    return tuple((name, value) for name, value in found.items() if value)


def _tell_digits(summary: Summary) -> str:
    """Empty for a run of a person's pipelines alone, of whose data nothing is known, and for files of others."""
    if summary.data_name is None or all(case.reads_own_data for case in summary.cases):
        return ""
    return tell_digits(summary.data_name, summary.data_fingerprint).partition(": ")[2]
