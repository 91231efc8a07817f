"""Two traces side by side as text: the two verdicts first, then what differs."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from reports.drawing.numbers import render_estimate, render_ratio
from reports.traces.comparison import Pair, pair_operations, pair_parts, pair_stages
from reports.traces.stages import Pipeline
from reports.traces.tables import INDENT, LONGEST_NAME, build_table, render_ms, render_share, shorten
from reports.traces.trace import Trace
from reports.xplane.events import clean

GONE = "-"  # on the side that does not have it


def render_comparison(first: Trace, second: Trace, top: int) -> RenderableType:
    """The two verdicts, then the parts of a step, the stages and the `top` operations that differ most."""
    parts: list[RenderableType] = [_render_heads(first, second), Text()]
    steps, stages, operations = pair_parts(first, second), pair_stages(first, second), pair_operations(first, second)
    if steps:
        parts.append(_render_pairs("step time, mean ms", steps))
    if stages:
        parts += [
            _render_pairs("tf.data: the wait of a step, ms, by the stage in which it went", stages),
            *_chains(first, second),
        ]
    if operations and top:
        title = f"operations: own ms of a step, the {min(top, len(operations))} that differ most of {len(operations)}"
        parts.append(_render_pairs(title, operations[:top]))
    remarks = [
        f"! {side}: {remark}" for side, trace in zip("AB", (first, second), strict=True) for remark in trace.remarks
    ]
    notes = [f"-: not there. A step: of {first.num_rounds} in A and {second.num_rounds} in B, all that were captured"]
    return Group(*parts, *_paragraphs(remarks, "yellow"), *_paragraphs(notes, "dim"))


def _paragraphs(lines: Iterable[str], style: str) -> list[RenderableType]:
    return [Padding(Text(line, style=style), INDENT) for line in lines]


def _render_heads(first: Trace, second: Trace) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for side, trace in zip("AB", (first, second), strict=True):
        verdict = trace.verdict
        said = f"{verdict.bound}, {render_share(verdict.input_share)} % of {verdict.of}" if verdict else "no verdict"
        median = f"step {render_estimate(trace.step_ms, render_ratio)} ms" if trace.step_ms else "no steps"
        name = trace.session.name if first.session.name != second.session.name else clean(str(trace.session.path))
        table.add_row(
            Text(f" {side}", style="bold"), Text(name, overflow="fold"), Text(said, style="bold"), Text(median)
        )
    return table


def _render_pairs(title: str, pairs: Iterable[Pair]) -> Table:
    kinds = any(pair.kind for pair in pairs)
    table = build_table(title, "", *(["type"] if kinds else []), "A", "B", "B - A", width=LONGEST_NAME)
    for pair in pairs:
        cells = [Text(pair.kind)] if kinds else []
        change = _render_change(pair.gain_ms)
        table.add_row(Text(shorten(pair.name)), *cells, _render(pair.first_ms), _render(pair.second_ms), change)
    return table


def _render_change(change_ms: float) -> Text:
    """With its sign, unless it rounds to nothing."""
    size = render_ms(abs(change_ms))
    if not float(size):
        return Text(size)
    return Text(f"+{size}", style="red") if change_ms > 0 else Text(f"-{size}", style="green")


def _render(value_ms: float | None) -> str:
    return GONE if value_ms is None else render_ms(value_ms)


def _chains(first: Trace, second: Trace) -> list[RenderableType]:
    chains = [_chain(trace.pipelines) for trace in (first, second)]
    if chains[0] == chains[1]:
        return [*_paragraphs([f"both run as {chains[0]}"], "dim"), Text()]
    return [*_paragraphs([f"{side} runs as {chain}" for side, chain in zip("AB", chains, strict=True)], "dim"), Text()]


def _chain(pipelines: tuple[Pipeline, ...]) -> str:
    return pipelines[0].chain if pipelines else "no tf.data"
