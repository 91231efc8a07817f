"""The hosts of one capture side by side: a row a host, the slowest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mnist_core.terminal.schemas import render_json
from reports.drawing.blocks import Block, Cell, Column, Emphasis, Gap, Lines, Row, Table, build_row, number_columns
from reports.drawing.numbers import count_things, render_mean_ms
from reports.traces.json import describe_trace
from reports.traces.lines import list_notes, tell_share, tell_verdict
from reports.traces.trace import Trace
from reports.traces.verdict import SCALE, STEPS

COLUMNS = (
    Column("host"),
    *number_columns("steps", "step ms", "wait %", answers=("step ms", "wait %")),
    Column("slowest stage"),
)
NOTHING = "-"
OF_CAPTURE = " (capture)"  # of whose time it is a share, not of the steps'


@dataclass(frozen=True)
class HostTrace:
    """What one host captured.

    Args:
        name: Name of the host.
        trace: What its file says; None if it could not be read.
        failure: Why it could not be read; empty if it could.
    """

    name: str
    trace: Trace | None
    failure: str = ""


def sort_hosts(hosts: Sequence[HostTrace]) -> list[HostTrace]:
    """The host with the longest mean step first; those without steps last."""
    return sorted(hosts, key=lambda host: -(host.trace.mean_step_ms or 0.0) if host.trace else 1.0)


def tabulate_hosts(session: str, hosts: Sequence[HostTrace]) -> list[Block]:
    """The slowest host and what holds it up, then a row a host."""
    ordered = sort_hosts(hosts)
    slowest = ordered[0]
    said = f"{session}: {count_things(len(hosts), 'host')}, the slowest first"
    verdict = tell_verdict(slowest.trace) if slowest.trace else ["no host of this session can be read"]
    blocks: list[Block] = [Lines((said,), Emphasis.FAINT), Gap()]
    blocks += [Lines((f"{slowest.name}, {verdict[0]}",), Emphasis.STRONG), Lines(tuple(verdict[1:])), Gap()]
    blocks.append(Table("hosts", COLUMNS, tuple(_list_host(host) for host in ordered)))
    failures = tuple(f"! {host.name} cannot be read: {host.failure}" for host in ordered if host.failure)
    notes = tuple(f"! {host.name}: {note}" for host in ordered if host.trace for note in list_notes(host.trace))
    more = f"all of one host: mnist-report trace ... --session {slowest.name}"
    return [*blocks, Lines((*failures, *notes), Emphasis.UNSURE), Lines((SCALE, more), Emphasis.FAINT)]


def render_hosts_json(session: str, hosts: Sequence[HostTrace]) -> str:
    """Every host, the slowest first, each as `render_json` of `reports.traces.json` tells one."""
    return render_json("trace-hosts", {"session": session, "hosts": [_describe(each) for each in sort_hosts(hosts)]})


def _describe(host: HostTrace) -> dict[str, Any]:
    told = describe_trace(host.trace) if host.trace else {"failure": host.failure}
    return {"host": host.name, **told}


def _list_host(host: HostTrace) -> Row:
    trace = host.trace
    if trace is None:
        return build_row(host.name, NOTHING, NOTHING, NOTHING, "cannot be read")
    mean = NOTHING if trace.mean_step_ms is None else render_mean_ms(trace.mean_step_ms)
    waits = NOTHING if trace.verdict is None else tell_share(trace.verdict)
    if trace.verdict is not None and trace.verdict.of != STEPS and trace.kinds:
        waits += OF_CAPTURE
    bound = trace.verdict is not None and trace.verdict.is_input_bound
    slowest = trace.awaited.slowest.name if bound and trace.awaited else ""
    return build_row(
        host.name, f"{len(trace.steps)}", mean, Cell(waits, emphasis=Emphasis.BAD if bound else Emphasis.PLAIN), slowest
    )
