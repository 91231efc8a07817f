"""A dataset's description as trees of stages: as it is written, with what it holds, and as TensorFlow runs it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from reports.drawing.blocks import (
    Align,
    Block,
    Cell,
    Column,
    Emphasis,
    Gap,
    Heading,
    Lines,
    Paragraph,
    Row,
    Table,
    build_row,
    write_sentences,
)
from reports.drawing.numbers import render_bytes
from reports.record.description import AUTO, Description, ElementBytes, StageDescription
from reports.tables.stage_text import find_kinds, list_remarks, write_stage
from reports.tables.stage_tree import Branch, TreeLine, draw_tree

ENDLESS, UNKNOWN, CACHED = "endless", "?", "in the cache"
BREAKS = re.compile(r"(?<=[ (])")  # where a line may end
FURTHER = "  "  # before further lines of a stage
EACH = "each: "  # before the datasets that a function makes, one for each element
STAGE_COLUMNS = 34  # of a terminal: what 80 leave for a stage, with brackets; wider ones get the same lines
COLUMNS = (
    Column("stage", wraps=False),
    Column("line", Align.RIGHT),
    Column("elements", Align.RIGHT, wraps=False, importance=1),
    Column("bytes each", Align.RIGHT, wraps=False, importance=1),
    Column("holds", Align.RIGHT, importance=2),
)
EXPLAINED = (
    "bytes each: of an element, and of one before the stage where that differs; ~ is the mean of some that were seen",
    "holds: a buffer or cache when it is full, arrays that it begins with, what is read ahead of open files",
)


def tabulate_description(description: Description) -> list[Block]:
    """The stages as they are written, what all of them hold, and the stages that TensorFlow runs."""
    last = description.stages[-1]
    return [
        Heading(f"{description.subject.name}: {_count_words(last)} of {_show_bytes(last.element_bytes)}"),
        Lines((last.spec,)),
        _tabulate_written(description),
        Lines(EXPLAINED, Emphasis.FAINT),
        Gap(),
        write_sentences(_list_facts(description)),
        Gap(),
        *_draw_program(description),
        Lines(tuple(f"{note}." for note in description.notes), Emphasis.UNSURE),
    ]


def _tabulate_written(description: Description) -> Table:
    file = _find_file(description)
    lines = draw_tree(len(description.stages) - 1, lambda place: _find_branches(description.stages[place]))
    rows = tuple(_list_stage(description, line, is_one_file=file is not None) for line in lines)
    return Table("as written" if file is None else f"as written in {file}", COLUMNS, rows)


def _list_stage(description: Description, line: TreeLine, *, is_one_file: bool) -> Row:
    stage = description.stages[line.place]
    if line.is_again:
        return build_row(f"{line.lead}the same {stage.name} as above", "", "", "", "")
    first, *others = _wrap(write_stage(stage), line.lead)
    remarks = [*([stage.spec] if _changes_spec(description, stage) else []), *list_remarks(stage)]
    others += _wrap("; ".join(remarks), f"{line.under}{FURTHER}")
    return build_row(
        Cell(f"{line.lead}{first}", below=tuple(f"{line.under}{FURTHER}{each}" for each in others)),
        _show_line(stage, is_one_file=is_one_file),
        ENDLESS if stage.is_endless else UNKNOWN if stage.num_elements is None else f"{stage.num_elements:,}",
        _show_change(description.find_bytes_before(stage), stage.element_bytes),
        _show_holding(stage),
    )


def _wrap(text: str, lead: str) -> list[str]:
    """The lines of a text behind what stands before each of them; rich would break them through the brackets."""
    width = STAGE_COLUMNS - len(lead)
    lines = [""]
    for piece in BREAKS.split(text):
        if lines[-1] and len(lines[-1]) + len(piece.rstrip()) > width:
            lines.append("")
        lines[-1] += piece
        while len(lines[-1].rstrip()) > width:
            lines[-1:] = [lines[-1][:width], lines[-1][width:]]
    return [line.rstrip() for line in lines if line]


def _find_branches(stage: StageDescription) -> tuple[Branch, ...]:
    inputs = (Branch(each, is_main=len(stage.inputs) == 1) for each in stage.inputs)
    return (*inputs, *(Branch(each, label=EACH) for each in stage.inner))


def _changes_spec(description: Description, stage: StageDescription) -> bool:
    return all(description.stages[place].spec != stage.spec for place in stage.inputs)


def _find_file(description: Description) -> str | None:
    """The name of the one file that the stages are written in; None if there are several, or none is known."""
    files = {stage.origin.file for stage in description.stages if stage.origin is not None}
    return PurePath(files.pop()).name if len(files) == 1 else None


def _show_line(stage: StageDescription, *, is_one_file: bool) -> str:
    if stage.origin is None:
        return ""
    return f"{stage.origin.line}" if is_one_file else f"{PurePath(stage.origin.file).name}:{stage.origin.line}"


def _count_words(stage: StageDescription) -> str:
    if stage.is_endless:
        return "elements without end"
    return "an unknown number of elements" if stage.num_elements is None else f"{stage.num_elements:,} elements"


def _show_change(before: ElementBytes | None, after: ElementBytes | None) -> Cell:
    is_changed = before is not None and (after is None or before.mean != after.mean)
    return Cell(_show_bytes(after), below=(f"from {_show_bytes(before)}",) if is_changed else ())


def _show_bytes(found: ElementBytes | None) -> str:
    return UNKNOWN if found is None else f"{'~' if found.num_sampled else ''}{render_bytes(found.mean)}"


def _show_holding(stage: StageDescription) -> str:
    holding = stage.holding
    if holding is None:
        return ""
    if holding.is_cached:
        return CACHED
    where = " on disk" if holding.is_on_disk else ""
    if holding.num_bytes is not None:
        return f"{render_bytes(holding.num_bytes)}{where}"
    number = f"{holding.num_elements:,}" if holding.num_elements is not None else _name_unknown(stage)
    each = UNKNOWN if holding.element_bytes is None else render_bytes(holding.element_bytes)
    return f"{number} x {each}{where}"


def _name_unknown(stage: StageDescription) -> str:
    """What stands for a number of elements that AUTOTUNE chooses, or that only the data tell."""
    return AUTO if any(each.value == AUTO for each in stage.arguments) else UNKNOWN


def _list_facts(description: Description) -> Iterator[str]:
    yield from _list_totals(description)
    functions = [each for stage in description.stages for each in stage.functions]
    for kind in ("Python", "random", "stateful"):
        names = dict.fromkeys(each.name for each in functions if kind in find_kinds(each))
        if names:
            yield f"{kind}: {', '.join(names)}"
    if description.options:
        yield f"options: {', '.join(f'{each.name}={each.value}' for each in description.options)}"


def _list_totals(description: Description) -> Iterator[str]:
    known, unknown = 0, []
    for stage in description.stages:
        if stage.holding is None or stage.holding.is_on_disk:
            continue
        if stage.holding.num_bytes is None:
            unknown.append(f"{stage.name} ({_show_holding(stage)})")
        else:
            known += stage.holding.num_bytes
    parts = [*([render_bytes(known)] if known else []), *unknown]
    if parts:
        yield f"in memory when full: {' and '.join([', '.join(parts[:-1]), parts[-1]] if parts[1:] else parts)}"


def _draw_program(description: Description) -> Sequence[Block]:
    if not description.program:
        return []
    program = description.program
    lines = draw_tree(
        len(program) - 1,
        lambda place: [Branch(each, is_main=len(program[place].inputs) == 1) for each in program[place].inputs],
    )
    return [
        Paragraph(f"as TensorFlow {description.tensorflow} runs it"),
        Lines(tuple(f"{line.lead}{program[line.place].name}" for line in lines)),
    ]
