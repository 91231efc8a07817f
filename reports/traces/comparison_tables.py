"""Two traces side by side as blocks: the two verdicts first, then what differs."""

from __future__ import annotations

from collections.abc import Iterable

from reports.drawing.blocks import Block, Cell, Emphasis, Gap, Lines, Row, Table, build_list, build_row
from reports.drawing.long_names import LONGEST_NAME, build_columns, shorten
from reports.drawing.numbers import count_things, render_estimate, render_ms, render_ratio, render_share
from reports.traces.comparison import TimePair, pair_operations, pair_parts, pair_stages
from reports.traces.lines import list_notes
from reports.traces.trace import Trace

NO_CHAIN = "no tf.data"
GONE = "-"  # on the side that does not have it


def tabulate_comparison(first: Trace, second: Trace, top: int) -> list[Block]:
    """The two verdicts, then the parts of a step, the stages and the `top` operations that differ most."""
    sides = (("A", first), ("B", second))
    by_path = first.session.name == second.session.name
    blocks: list[Block] = [build_list(_list_side(*each, by_path=by_path) for each in sides)]
    notes = tuple(f"! {side}: {note}" for side, trace in sides for note in list_notes(trace))
    blocks += [Lines(notes, Emphasis.UNSURE), Gap()] if notes else [Gap()]
    steps, stages, operations = pair_parts(first, second), pair_stages(first, second), pair_operations(first, second)
    if steps:
        blocks.append(_tabulate_pairs("step time, mean ms", steps))
    if stages:
        title = "tf.data: the wait of a step, ms, by the stage in which it went"
        blocks += [_tabulate_pairs(title, stages), _tell_chains(first, second), Gap()]
    if operations and top:
        shown = min(top, len(operations))
        differ = "differs" if shown == 1 else "differ"
        title = f"operations: own ms in the capture, per step, the {shown} that {differ} most of {len(operations)}"
        blocks.append(_tabulate_pairs(title, operations[:top]))
    remarks = tuple(
        f"! {side}: {remark}" for side, trace in sides for remark in (trace.unclear, *trace.remarks) if remark
    )
    return [*blocks, Lines(remarks, Emphasis.UNSURE), Lines((_tell_counts(first, second),), Emphasis.FAINT)]


def _tell_counts(first: Trace, second: Trace) -> str:
    """What the tables are means of."""
    kinds = [kind for trace in (first, second) for kind in trace.kinds]
    is_named = len({kind.name for kind in kinds}) > 1
    before, after = (_count_rounds(trace, is_named=is_named) for trace in (first, second))
    said = f"-: not there. A step: of {before} in A and {after} in B, all that were captured"
    if first.split is None or second.split is None or not any(kind.num_marked > len(kind.steps) for kind in kinds):
        return said
    return f"{said}; its time: of the {len(first.steps):,} and {len(second.steps):,} that count"


def _count_rounds(trace: Trace, *, is_named: bool) -> str:
    if trace.kinds:
        named = f" named {trace.kinds[0].name}" if is_named else ""
        return f"{trace.num_rounds:,}{named}"
    return count_things(trace.num_rounds, "element") if trace.pipelines else "the whole capture"


def _list_side(side: str, trace: Trace, *, by_path: bool) -> Row:
    verdict = trace.verdict
    said = f"{verdict.bound}, {render_share(verdict.input_share)} % of {verdict.of}" if verdict else "no verdict"
    median = f"step {render_estimate(trace.step_ms, render_ratio)} ms" if trace.step_ms else "no steps"
    return build_row(
        Cell(f" {side}", emphasis=Emphasis.STRONG),
        str(trace.session.path) if by_path else trace.session.name,
        Cell(said, emphasis=Emphasis.STRONG),
        median,
    )


def _tabulate_pairs(title: str, pairs: Iterable[TimePair]) -> Table:
    listed = list(pairs)
    kinds = any(pair.kind for pair in listed)
    columns = build_columns("", *(["type"] if kinds else []), "A", "B", "B - A", least=LONGEST_NAME, answers=("B - A",))
    return Table(title, columns, tuple(_list_pair(pair, shows_kind=kinds) for pair in listed))


def _list_pair(pair: TimePair, *, shows_kind: bool) -> Row:
    kind = [pair.kind] if shows_kind else []
    values = (GONE if value is None else render_ms(value) for value in (pair.first_ms, pair.second_ms))
    return build_row(shorten(pair.name), *kind, *values, _show_change(pair.gain_ms))


def _show_change(change_ms: float) -> Cell:
    """With its sign, unless it rounds to nothing."""
    size = render_ms(abs(change_ms))
    if not float(size):
        return Cell(size)
    return Cell(f"+{size}", emphasis=Emphasis.BAD) if change_ms > 0 else Cell(f"-{size}", emphasis=Emphasis.GOOD)


def _tell_chains(first: Trace, second: Trace) -> Lines:
    chains = [trace.awaited.chain if trace.awaited else NO_CHAIN for trace in (first, second)]
    if chains[0] == chains[1]:
        return Lines((f"both run as {chains[0]}",), Emphasis.FAINT)
    return Lines(tuple(f"{side} runs as {chain}" for side, chain in zip("AB", chains, strict=True)), Emphasis.FAINT)
