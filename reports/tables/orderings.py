"""Rich tables from records."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from reports.drawing.numbers import (
    render_estimate,
    render_mebibytes,
    render_percent,
    render_rate,
    render_ratio,
    render_seconds,
)
from reports.drawing.table_look import open_table
from reports.record.record import CONTROL, FINGERPRINT_DIGITS, REFERENCE, CaseRecord, Record
from reports.stats.median import CONFIDENCE, Estimate
from reports.summary.estimates import (
    BUSY_SHARE,
    estimate_busy_share,
    estimate_first_batch_s,
    estimate_rate,
    estimate_speed_ratio,
    find_same_programs,
)
from reports.summary.selection import find_case, list_drained, rank_fields
from reports.tables.captures import render_captures
from reports.tables.devices import describe_devices, list_devices, render_devices, render_inference
from reports.tables.mixing import render_mixing

FASTEST, LEVEL = "*", "~"
NAMES = {"python": "Python", "tensorflow": "TensorFlow", "keras": "Keras", "numpy": "NumPy"}
NOT_MEASURED = ""
MEMORY_TITLE = "MiB (pred)"
SHORTEST_NAME = 20  # columns: a mark, a space and the longest name of an ordering
RUNS_AS_WRITTEN = "raw"  # the arm whose programs need no explaining
NO_SOURCE = "n/a"


def render_record(record: Record) -> RenderableType:
    """All tables of a record: the orderings arm by arm, the training step, the A/A control and the machine.

    Example:
        >>> shown = render_record(load_record(Path("runs/before")))
    """
    parts: list[RenderableType] = []
    for ranked in rank_fields(record).values():
        parts += [_render_arm(record, ranked), _render_key(ranked), Text()]
    if not parts and any(case.group == "memory" for case in record.cases):
        parts += [_render_memory(record)]
    parts += [
        *_render_steps(record),
        *render_devices(record),
        *render_inference(record),
        *render_mixing(record),
        *render_captures(record),
        *(Text(f" {line}", style="dim") for line in _describe(record)),
    ]
    return Group(*parts)


def _render_arm(record: Record, ranked: Sequence[CaseRecord]) -> Table:
    """The orderings of one arm on one device; rows whose interval overlaps the fastest one's are marked too."""
    arm, device = ranked[0].arm, ranked[0].device
    best = estimate_rate(ranked[0])
    busy = "AU %" if _find_any(record, ranked[0], "emulated") else None
    memory = MEMORY_TITLE if _find_any(record, ranked[0], "memory") else None
    table = _build_table(
        f"{arm} arm, {device}", "  ordering", "examples/s", "first", f"ratio to {REFERENCE}", busy, memory
    )
    for case in ranked:
        fastest = case is ranked[0]
        mark = FASTEST if fastest else LEVEL if estimate_rate(case).overlaps(best) else " "
        cells = [*_render_times(record, case)]
        cells += [] if busy is None else [_render_busy(find_case(record, case, case.name, "emulated"))]
        cells += [] if memory is None else [_render_live(find_case(record, case, case.name, "memory"))]
        table.add_row(Text(f"{mark} {case.name}"), *cells, style="bold green" if fastest else None)
    return table


def _build_table(title: str | None, first: str, *titles: str | None) -> Table:
    """A table that seven full columns fit into 100 characters; None is a column that is not there."""
    table = open_table(title)
    table.add_column(first, min_width=SHORTEST_NAME, overflow="fold")
    for each in titles:
        if each is not None:
            table.add_column(each, justify="right", no_wrap=True)
    return table


def _find_any(record: Record, like: CaseRecord, consumer: str) -> bool:
    return any(find_case(record, like, case.name, consumer) for case in record.cases)


def _render_times(record: Record, case: CaseRecord) -> tuple[str, str, str]:
    reference = find_case(record, case, REFERENCE, case.consumer)
    if reference is None:
        ratio = NOT_MEASURED
    else:
        ratio = "1" if case is reference else render_estimate(estimate_speed_ratio(case, reference), render_ratio)
    first = render_seconds(estimate_first_batch_s(case).median)
    return render_estimate(estimate_rate(case), render_rate), first, ratio


def _render_busy(case: CaseRecord | None) -> str:
    return NOT_MEASURED if case is None else render_estimate(estimate_busy_share(case), render_percent)


def _render_live(case: CaseRecord | None) -> str:
    if case is None or case.memory is None:
        return NOT_MEASURED
    live = case.memory.live_bytes
    measured = NO_SOURCE if live is None else render_mebibytes(live)
    return f"{measured} ({render_mebibytes(case.memory.predicted_bytes)})"


def _render_key(ranked: Sequence[CaseRecord]) -> Table:
    """What each row is, and what TensorFlow made of it."""
    key = Table.grid(padding=(0, 2))
    same = find_same_programs(ranked)
    for case in ranked:
        text = Text(case.ordering, style="dim")
        if case.program is not None and case.arm != RUNS_AS_WRITTEN:
            text.append(f"\nruns as {case.program.chain}")
        if case.name in same:
            text.append(f"\nsame program as {same[case.name]}", style="not dim")
        key.add_row(Text(f" {case.name}" if case.name != case.ordering else ""), text)
    return key


def _explain(record: Record) -> list[str]:
    """What the marks and the columns mean, a line each."""
    lines = [
        f"{FASTEST} the fastest; {LEVEL} not to be told from it, the intervals overlap; first: to the first batch",
        f"ratio: above 1 is faster than {REFERENCE}, turn against turn of the same round",
    ]
    step_ms = next((case.step_ms for case in record.cases if case.step_ms is not None), None)
    if step_ms is not None:
        lines.append(f"AU: the share of time that an accelerator with a {step_ms:g} ms step would compute")
    if any(case.memory is not None for case in record.cases):
        lines.append("MiB: live heap beyond the source, over the whole training set, and (pred) what the spec predicts")
    if any(case.memory is not None and case.memory.live_bytes is None for case in record.cases):
        lines.append(f"{NO_SOURCE}: this platform does not tell the live heap")
    return lines


def _render_steps(record: Record) -> list[RenderableType]:
    """The real training step, a table a device: how fast, and how much of the time it computes."""
    cases = [case for case in record.cases if case.consumer == "step"]
    return [_render_steps_on(device, cases) for device in list_devices(cases)]


def _render_steps_on(device: str, cases: Sequence[CaseRecord]) -> Table:
    table = _build_table(f"feeding a training step of the mlp, {device}", "  ordering", "examples/s", "AU %")
    own = [case for case in cases if case.device == device]
    for case in sorted(own, key=lambda case: estimate_rate(case).median, reverse=True):
        table.add_row(Text(f"  {case.name}"), render_estimate(estimate_rate(case), render_rate), _render_busy(case))
    return table


def _render_memory(record: Record) -> Table:
    """Memory alone, for a run in which nothing was drained."""
    table = _build_table(None, "  ordering", MEMORY_TITLE)
    for case in record.cases:
        if case.memory is not None and case.group == "memory":
            table.add_row(Text(f"  {case.name}"), _render_live(case))
    return table


def _describe(record: Record) -> list[str]:
    """What the main job can tell, and where and on what it was made, a line each."""
    explained = _explain(record) if list_drained(record) else []
    said = [*describe_busy(record), *describe_control(record), *describe_turns(record)]
    return [*explained, *said, *describe_devices(record), *describe_setting(record)]


def describe_busy(record: Record) -> list[str]:
    """Which orderings keep the emulated accelerator busy enough."""
    fed = [case for case in record.cases if case.consumer == "emulated" and case.group == "training"]
    if not fed:
        return []
    kept = [f"{case.name} ({case.arm})" for case in fed if (estimate_busy_share(case).low or 0) >= BUSY_SHARE]
    answer = ", ".join(kept) or "none for sure"
    return [f"kept {BUSY_SHARE:.0%} busy with a {fed[0].step_ms:g} ms step by: {answer}"]


def describe_control(record: Record) -> list[str]:
    """How far one case measured under two names differs from itself: what no difference below means."""
    control = next((case for case in record.cases if case.name == CONTROL), None)
    if control is None:
        return []
    twin = next(
        (
            case
            for case in list_drained(record)
            if (case.ordering, case.arm, case.device) == (control.ordering, control.arm, control.device)
        ),
        None,
    )
    if twin is None:
        return []
    ratio: Estimate = estimate_speed_ratio(control, twin)
    shown = render_estimate(ratio, render_ratio)
    return [f"A/A control: {twin.name} measured twice, ratio {shown}: do not believe smaller differences"]


def describe_turns(record: Record) -> list[str]:
    """How many turns there were, how many of them were disturbed, and how long they are."""
    timed = [case for case in record.cases if case.turns]
    if not timed:
        return []
    counts = [len(case.turns) for case in timed]
    counted = f"{min(counts)}" if min(counts) == max(counts) else f"{min(counts)} to {max(counts)}"
    contaminated = sum(turn.sample.contaminated for case in timed for turn in case.turns)
    iterated = [case for case in timed if case.consumer != "infer"]  # whose examples are no epoch
    sizes = sorted({turn.sample.num_examples for case in iterated for turn in case.turns})
    return [
        f"{counted} turns each after a warm-up, in random order; median [{CONFIDENCE:.0%} interval]",
        f"{contaminated} of {sum(counts)} turns contaminated: others used more than a tenth of the machine",
        *([f"{' or '.join(str(size) for size in sizes)} examples a turn"] if sizes else []),
    ]


def describe_setting(record: Record) -> list[str]:
    """The machine, the versions and the data."""
    setting, machine = record.cases[0].setting, record.machine
    libraries = ", ".join(f"{NAMES.get(name, name)} {version}" for name, version in setting.versions)
    return [
        f"{machine.cpu}, {machine.num_cores} cores, {machine.system}, {record.datetime[:16]}",
        libraries,
        f"digits: {setting.data_name} (sha256 {setting.data_fingerprint[:FINGERPRINT_DIGITS]})",
    ]
