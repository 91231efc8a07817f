"""Sentences about a run, a line each: how far to trust it, where it was made, and on what device."""

from __future__ import annotations

from collections.abc import Sequence

from mnist_core.language.device import describe_gpu
from reports.drawing.numbers import render_estimate, render_ratio
from reports.record.machine import FINGERPRINT_DIGITS, Machine
from reports.record.program import DeviceUse
from reports.stats.crossover import describe_crossover
from reports.stats.median import CONFIDENCE
from reports.summary.case import CaseSummary
from reports.summary.fields import BUSY_ENOUGH, Payback, list_emulated
from reports.summary.identity import Facts
from reports.summary.reference import CPU
from reports.summary.summary import Summary, tell_contaminated

OWN_DATA = "data: the pipeline's own"
GO_BY_THE_RATIO = "go by the ratio: examples/s drift with the machine, out of their intervals"
MOST_SIZES = 4  # of turns that are listed
UNKNOWN_DATA = "data: each pipeline's own; that they give the same examples was not checked"
NAMES = {"python": "Python", "tensorflow": "TensorFlow", "keras": "Keras", "numpy": "NumPy"}


def tell_busy(summary: Summary) -> list[str]:
    """Which orderings keep the emulated accelerator busy enough; none where nothing was fed to one."""
    fed = list_emulated(summary.cases)
    if not fed:
        return []
    answer = ", ".join(f"{case.name} ({case.arm})" for case in summary.busy) or "none for sure"
    return [f"kept {BUSY_ENOUGH:.0%} busy with a {fed[0].step_ms:g} ms step by: {answer}"]


def tell_control(summary: Summary) -> list[str]:
    """How far one case measured under two names differs from itself: what no difference below means."""
    control = summary.control
    if control is None:
        return []
    shown = render_estimate(control.ratio, render_ratio)
    return [f"A/A control: {control.name} measured twice, ratio {shown}: do not believe smaller differences"]


def tell_paybacks(summary: Summary) -> list[str]:
    """From which epoch on each cache pays, a line each, and what that was computed from."""
    found: dict[tuple[str, str], list[Payback]] = {}
    for each in summary.paybacks:
        found.setdefault((each.case.name, each.case.arm), []).append(each)
    several = len({arm for _, arm in found}) > 1
    lines = [
        f"the cache of {name}{f' ({arm})' if several else ''} {', '.join(map(_tell_payback, paybacks))}"
        for (name, arm), paybacks in found.items()
    ]
    how = "a cache pays once the first epoch and the later ones together take less than the other's, as in the table"
    return [*lines, how] if lines else []


def _tell_payback(payback: Payback) -> str:
    """Such as "pays from epoch 3 (2 to 6) against post", with what the ends of the intervals say in brackets."""
    against, earliest, latest = f"against {payback.other.name}", payback.earliest, payback.latest
    if payback.epoch is None:
        return f"does not pay {against}"
    if latest is None:
        return f"may pay from epoch {payback.epoch}, or never, {against}"
    return f"pays from epoch {payback.epoch}{'' if earliest == latest else f' ({earliest} to {latest})'} {against}"


def tell_turns(summary: Summary) -> list[str]:
    """How many turns there were, how many of them were disturbed, and how long they are."""
    counts = [case.num_turns for case in summary.timed]
    if not counts:
        return []
    counted = f"{min(counts)}" if min(counts) == max(counts) else f"{min(counts)} to {max(counts)}"
    sizes = _tell_sizes(summary.epoch_sizes)
    return [
        f"{counted} turns each after a warm-up, in random order; median [{CONFIDENCE:.0%} interval]",
        tell_contaminated(summary.cases),
        *([f"{sizes} examples a turn"] if sizes else []),
    ]


def _tell_sizes(sizes: Sequence[int]) -> str:
    """Each of a few sizes, or how far many reach: of a pipeline that filters by chance every turn has its own."""
    if len(sizes) > MOST_SIZES:
        return f"{sizes[0]} to {sizes[-1]}"
    return " or ".join(str(size) for size in sizes)


def tell_setting(summary: Summary) -> list[str]:
    """The machine, the versions and the data of a run; of another project's only what its file tells."""
    if summary.benchmarks:
        versions = (version if name == "python" else f"{name} {version}" for name, version in summary.versions)
        told = ((summary.machine_in_words, summary.datetime[:16]), versions)
        return [line for each in told if (line := ", ".join(filter(None, each)))]
    return [
        f"{tell_computer(summary.computer)}, {summary.datetime[:16]}",
        *_tell_libraries(summary),
        *_tell_data(summary),
    ]


def _tell_libraries(summary: Summary) -> list[str]:
    """What the cases were measured with, a line for each interpreter that was named."""
    named = [f"{path}: {tell_versions(versions)}" for path, versions in summary.interpreters]
    return named or [tell_versions(summary.libraries)]


def _tell_data(summary: Summary) -> list[str]:
    """Which digits our orderings were measured on, and what is not known of the data of a person's pipelines."""
    own = [case.reads_own_data for case in summary.cases]
    digits = [] if own and all(own) else [tell_digits(summary.data_name, summary.data_fingerprint)]
    several = len({case.name for case in summary.cases}) > 1
    return [*digits, *([UNKNOWN_DATA if several else OWN_DATA] if any(own) else [])]


def tell_versions(versions: Facts) -> str:
    """What a case was measured with, in the order of the record."""
    return ", ".join(f"{NAMES.get(name, name)} {version}" for name, version in versions)


def tell_digits(name: str | None, fingerprint: str | None) -> str:
    """On which digits a case was measured."""
    return f"digits: {name} (sha256 {str(fingerprint)[:FINGERPRINT_DIGITS]})"


def tell_computer(machine: Machine | None) -> str:
    """The processor, how many of its cores the run was allowed to use, and the system; empty where nothing tells."""
    return "" if machine is None else f"{machine.cpu}, {machine.num_cores} cores, {machine.system}"


def tell_winners(summary: Summary) -> list[str]:
    """From which batch size on a device is faster than the CPU, a line for each model and device."""
    return [
        f"the {winner.device} predicts the {winner.model} faster {describe_crossover(winner.crossover)}"
        for winner in summary.winners
    ]


def tell_devices(summary: Summary) -> list[str]:
    """Which devices were asked for, found and used, a line each; none for records that do not tell."""
    uses: dict[str, list[tuple[CaseSummary, DeviceUse]]] = {}
    for case in summary.cases:
        if case.device_use is not None:
            uses.setdefault(case.device, []).append((case, case.device_use))
    return [_tell_use(device, uses[device]) for device in sorted(uses, key=lambda each: (each != CPU, each))]


def _tell_use(device: str, uses: Sequence[tuple[CaseSummary, DeviceUse]]) -> str:
    use = uses[0][1]
    gpu = describe_gpu(use.model, use.driver, use.memory_bytes)
    compiled = sorted({case.consumer for case, each in uses if each.xla})
    xla = f"XLA on for {', '.join(compiled)}" if compiled else "XLA off"
    parts = [f"asked for, found among {', '.join(use.found)}, and used", *([gpu] if gpu else []), xla]
    return f"{device}: {'; '.join([*parts, *_tell_proof(uses)])}"


def _tell_proof(uses: Sequence[tuple[CaseSummary, DeviceUse]]) -> list[str]:
    """The operations that were seen on the device, over all cases that computed something."""
    seen = sorted({part for _, each in uses if each.xla is not None for part in each.proof.split(", ")})
    return [f"seen: {', '.join(seen)}"] if seen else []
