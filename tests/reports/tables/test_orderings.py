"""The columns of the orderings' table: one list, which the terminal, a step summary and a page draw."""

import pytest
from records import make_summary

from reports.drawing.blocks import Cell
from reports.drawing.html import Figures, render_html
from reports.drawing.markdown import render_markdown
from reports.drawing.text import render_text
from reports.page.sections.speed import describe_speed
from reports.tables import orderings
from reports.tables.all_tables import tabulate_run
from reports.tables.orderings import COLUMNS, OrderingColumn, tabulate_fields


def test_a_new_entry_of_the_list_is_a_column_on_the_terminal_in_a_summary_and_on_a_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    turns = OrderingColumn("turns", "number of turns", lambda ranked: Cell(f"{ranked.case.num_turns} counted"))
    monkeypatch.setattr(orderings, "COLUMNS", (*COLUMNS, turns))
    summary = make_summary()
    section = describe_speed(summary)
    assert section is not None
    text, markdown = (render(tabulate_run(summary)) for render in (render_text, render_markdown))
    page = render_html(section.blocks, Figures())
    for shown, title in ((text, " turns\n"), (markdown, "| turns |"), (page, ">number of turns</button>")):
        assert title in shown
        assert shown.count("6 counted") == 3, "a row for each ordering of each arm"


def test_a_column_of_which_nothing_was_measured_is_left_out_where_room_is_scarce() -> None:
    summary = make_summary()
    default, raw = (orderings.tabulate_field(field) for field in summary.fields)
    titles = [column.title for column in default.columns]
    assert titles == ["  ordering", "examples/s", "first", "ratio to post", "AU %", "MiB (pred)"]
    assert [column.title for column in raw.columns] == titles[:4]
    assert len(tabulate_fields(summary.fields, lambda field: field.arm).columns) == 7


def test_a_page_sorts_by_the_numbers_behind_the_cells() -> None:
    table = tabulate_fields(make_summary().fields, lambda field: field.arm)
    fast, post, *_ = table.rows
    assert [cell.text for cell in fast[:3]] == ["fast", "default", "20k [18k, 22k]"]
    assert [row[2].rank for row in (fast, post)] == pytest.approx([20_000, 10_000])
    assert [row[4].rank for row in (fast, post)] == pytest.approx([2, 1])
