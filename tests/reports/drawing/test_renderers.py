"""One neutral report as text, Markdown and HTML: what each shows, and that no text of a file acts on any of them."""

import io
from typing import Any

import pytest
from markdown_it import MarkdownIt
from rich.cells import cell_len
from rich.console import Console

from reports.drawing.blocks import (
    Align,
    Block,
    Cell,
    Column,
    Emphasis,
    Figure,
    Fold,
    Gallery,
    Gap,
    Heading,
    Lines,
    Paragraph,
    Span,
    Table,
    build_list,
    build_row,
    join_words,
    number_columns,
    text_columns,
)
from reports.drawing.html import Figures, mark_up, render_html
from reports.drawing.markdown import Limit, render_markdown
from reports.drawing.text import lay_out, render_text

TABLE = Table(
    "default arm, cpu",
    (*text_columns("ordering"), *number_columns("examples/s", "ratio")),
    (
        build_row(Cell("* fast"), Cell("20k [18k, 22k]", 20_000.0), "2.0", emphasis=Emphasis.BEST),
        build_row("  post", Cell("10k", 10_000.0, ("level with it",)), "1"),
        build_row(Cell("lost", emphasis=Emphasis.WORST), "", ""),
    ),
)
KEY = build_list([(Cell("fast"), Cell("map().batch(32)", below=("runs as Map", (Span("as post", Emphasis.PLAIN),))))])
REPORT: tuple[Block, ...] = (
    Heading("FINE: nothing regressed", Emphasis.BEST),
    Paragraph("head against base"),
    TABLE,
    Fold("the orderings", KEY),
    Gap(),
    Lines(("* the fastest", ("time", Span(": 2 worse", Emphasis.BAD)))),
    Lines(("load 1.2 on 2 cores",), Emphasis.UNSURE),
    Fold("2 of 3 are OK", TABLE, shut=True, emphasis=Emphasis.GOOD),
    Figure("a picture", "look at it", {"height": 100}),
    Gallery("pictures", "look at them", (Figure("small", "", {"height": 10}),)),
)
ESCAPE, HOSTILE = "\x1b[2J", "\x1b[2Ja|b<img src=x>\n*c*@octocat"


def test_the_report_as_text() -> None:
    assert render_text(REPORT).splitlines() == [
        "FINE: nothing regressed",
        "head against base",
        "default arm, cpu",
        "",
        "  ordering      examples/s  ratio",
        " ────────────────────────────────",
        "  * fast    20k [18k, 22k]    2.0",
        "    post               10k      1",
        "             level with it",
        "  lost",
        "",
        "fast  map().batch(32)",
        "      runs as Map",
        "      as post",
        "",
        " * the fastest",
        " time: 2 worse",
        " load 1.2 on 2 cores",
        " 2 of 3 are OK",
    ]


def test_the_report_as_markdown() -> None:
    assert render_markdown(REPORT[:7]) == (
        "### ✅ FINE: nothing regressed\n"
        "\n"
        "head against base\n"
        "\n"
        "**default arm, cpu**\n"
        "\n"
        "| ordering | examples/s | ratio |\n"
        "|:--|--:|--:|\n"
        "| &#42; fast | 20k [18k, 22k] | 2.0 |\n"
        "| post | 10k<br>level with it | 1 |\n"
        "| **lost** |  |  |\n"
        "\n"
        "<details><summary>the orderings</summary>\n"
        "\n"
        "| | |\n"
        "|:--|:--|\n"
        "| fast | map().batch(32)<br>runs as Map<br>as post |\n"
        "\n"
        "</details>\n"
        "\n"
        "- &#42; the fastest\n"
        "- time: 2 worse\n"
        "- load 1.2 on 2 cores\n"
    )


def test_the_report_as_html() -> None:
    figures = Figures()
    lines = [line for line in render_html(REPORT[:7], figures).splitlines() if line]
    assert lines == [
        '<h3 class="part">FINE: nothing regressed</h3>',
        '<p class="plain">head against base</p>',
        '<h3>default arm, cpu</h3><div class="scroll" tabindex="0" role="region" aria-label="default arm, cpu">',
        "<table>",
        "<thead><tr>",
        '<th scope="col"><button type="button">ordering</button></th>',
        '<th scope="col" class="number"><button type="button">examples/s</button></th>',
        '<th scope="col" class="number"><button type="button">ratio</button></th>',
        "</tr></thead>",
        "<tbody>",
        "<tr>",
        '<td><span class="best">* fast</span></td>',
        '<td class="number" data-rank="20000.0"><span class="best">20k [18k, 22k]</span></td>',
        '<td class="number"><span class="best">2.0</span></td>',
        "</tr>",
        "<tr>",
        "<td>post</td>",
        '<td class="number" data-rank="10000.0">10k<small>level with it</small></td>',
        '<td class="number">1</td>',
        "</tr>",
        "<tr>",
        '<td><span class="worst">lost</span></td>',
        '<td class="number"></td>',
        '<td class="number"></td>',
        "</tr>",
        "</tbody>",
        "</table>",
        "</div>",
        (
            '<details><summary>the orderings</summary><div class="scroll" tabindex="0" role="region"'
            ' aria-label="the orderings">'
        ),
        "<table>",
        "<tbody>",
        "<tr>",
        "<td>fast</td>",
        "<td>map().batch(32)<small>runs as Map</small><small>as post</small></td>",
        "</tr>",
        "</tbody>",
        "</table>",
        "</div>",
        "</details>",
        '<p class="plain">* the fastest</p>',
        '<p class="plain">time<span class="bad">: 2 worse</span></p>',
        '<p class="warning">load 1.2 on 2 cores</p>',
    ]
    assert figures.specs == []


def test_pictures_have_their_places_on_a_page_and_nowhere_else() -> None:
    figures = Figures()
    page = render_html(REPORT[-2:], figures)
    assert [spec["height"] for spec in figures.specs] == [100, 10]
    assert page.index('data-figure="0" style="min-height: 150px"') < page.index('data-figure="1"')
    assert "<figcaption>look at it</figcaption>" in page
    assert (render_text(REPORT[-2:]), render_markdown(REPORT[-2:])) == ("", "")


def test_a_terminal_shows_a_fold_or_its_summary_and_markdown_both() -> None:
    open_fold, shut_fold = Fold("summary", Lines(("inside",))), Fold("summary", Lines(("inside",)), shut=True)
    assert (render_text([open_fold]), render_text([shut_fold])) == (" inside", " summary")
    for fold in (open_fold, shut_fold):
        assert render_markdown([fold]) == "<details><summary>summary</summary>\n\n- inside\n\n</details>\n"
        page = render_html([fold], Figures())
        assert page.strip() == '<details><summary>summary</summary><p class="plain">inside</p>\n</details>'


@pytest.mark.parametrize(
    ("emphasis", "code", "sign"),
    [
        (Emphasis.PLAIN, "", ""),
        (Emphasis.FAINT, "\x1b[2m", ""),
        (Emphasis.GOOD, "\x1b[32m", ""),
        (Emphasis.BEST, "\x1b[1;32m", "✅ "),
        (Emphasis.WORST, "\x1b[1;31m", "❌ "),
        (Emphasis.UNDECIDED, "\x1b[1;33m", "❔ "),
    ],
)
def test_each_renderer_emphasises_in_its_own_way(emphasis: Emphasis, code: str, sign: str) -> None:
    console = Console(file=io.StringIO(), force_terminal=True, color_system="standard", no_color=False, _environ={})
    console.print(lay_out([Heading("said", emphasis)]))
    assert console.file.getvalue() == (f"{code}said\x1b[0m\n" if code else "said\n")
    assert render_markdown([Heading("said", emphasis)]) == f"### {sign}said\n"
    marked = mark_up((Span("said", emphasis),))
    assert marked == ("said" if emphasis is Emphasis.PLAIN else f'<span class="{emphasis.value}">said</span>')


def test_a_file_that_is_no_terminal_gets_no_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    console = Console(file=io.StringIO(), width=100)
    console.print(lay_out(REPORT))
    assert "\x1b" not in console.file.getvalue()
    assert "\x1b" not in render_text(REPORT)


def hide(text: str) -> tuple[Block, ...]:
    """A report with the text wherever a text can stand."""
    table = Table(text, (Column(text), Column(text)), (build_row(text, Cell("", below=(text,))),))
    return (
        Heading(text),
        Paragraph(text),
        table,
        Fold(text, Lines((text,)), shut=True),
        Lines(((Span(text, Emphasis.BAD),),)),
    )


def test_no_text_of_a_file_acts_on_a_terminal() -> None:
    text = render_text(hide(HOSTILE), columns=300)
    assert "\x1b" not in text
    assert text.splitlines()[0] == "\\x1b[2Ja|b<img src=x>\\n*c*@octocat"
    assert not any(line.lstrip().startswith("*c*") for line in text.splitlines()), "it adds no line of its own"
    assert text.count("\\x1b[2J") == 9, "all but what is folded away"


def see(tokens: list[Any]) -> str:
    return "".join(token.content for token in tokens)


def test_no_text_of_a_file_is_markdown_or_steers_the_terminal_that_shows_it() -> None:
    markdown = render_markdown(hide(HOSTILE))
    assert "\x1b" not in markdown
    assert "<img" not in markdown
    assert "@octocat" not in markdown
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    cells = [see(token.children) for token in tokens if token.type == "inline" and "octocat" in token.content]
    shown = "\\x1b[2Ja|b<img src=x>\\n*c*@\u200boctocat"
    assert cells[:4] == [shown, shown, shown, shown]
    assert len(cells) == 9, "all but the summary, which stands within HTML"


def test_no_text_of_a_file_is_html() -> None:
    page = render_html(hide(HOSTILE), Figures())
    assert "\x1b" not in page
    assert "<img" not in page
    assert page.count("\\x1b[2Ja|b&lt;img src=x&gt;\\n*c*@octocat") == 11, "the table's title is its label too"


def test_wide_characters_keep_their_columns_and_are_never_cut() -> None:
    rows = (build_row("数字の前処理", "1"), build_row("é" * 6, "22"), build_row("👩‍🔬 lab", "3"))
    lines = render_text([Table(None, (*text_columns("name"), *number_columns("n")), rows)]).splitlines()[3:6]
    assert [line[-2:].strip() for line in lines] == ["1", "22", "3"]
    assert cell_len(lines[0]) == cell_len(lines[1])
    narrow = render_text([Table(None, text_columns("name"), (build_row("数字" * 20),))], columns=20)
    assert narrow.replace(" ", "").replace("\n", "").count("数字") == 20
    assert max(map(cell_len, narrow.splitlines())) <= 20


def test_words_fold_and_numbers_are_left_out_whole() -> None:
    words = Table(None, (Column("name", least=4),), (build_row("abcdefghij"),))
    numbers = Table(None, (Column("name"), *number_columns("n")), (build_row("a", "123456789012"),))
    drawn = [render_text([table], columns=9).split() for table in (words, numbers)]
    assert drawn[0] == ["name", "───────", "abcdef", "ghij"]
    told = "left out for the width: n; 20 columns show all (in a pipe: COLUMNS=20)"
    assert drawn[1][:3] == ["name", "─────", "a"]
    assert "".join(drawn[1][3:]) == told.replace(" ", "")


def test_columns_of_little_importance_are_left_out_first_and_told_below() -> None:
    columns = (Column("name"), *number_columns("rate", "MB/s", "ratio", "first", answers=("rate", "ratio")))
    rows = (build_row("fast", "20k [18k, 22k]", "1.4", "2.0 [1.9, 2.1]", "4 ms"),)
    lines = {width: render_text([Table("t", columns, rows)], width).splitlines() for width in (51, 50, 43, 37)}
    assert lines[51] == [
        "t",
        "",
        "  name            rate  MB/s           ratio  first",
        " ──────────────────────────────────────────────────",
        "  fast  20k [18k, 22k]   1.4  2.0 [1.9, 2.1]   4 ms",
    ]
    assert lines[50] == [
        "t",
        "",
        "  name            rate  MB/s           ratio",
        " ───────────────────────────────────────────",
        "  fast  20k [18k, 22k]   1.4  2.0 [1.9, 2.1]",
        " left out for the width: first; 51 columns show",
        " all (in a pipe: COLUMNS=51)",
    ]
    assert lines[43][2] == "  name            rate           ratio"
    assert lines[43][5] == " left out for the width: MB/s, first; 51"
    assert lines[37][2] == "  name            rate"
    assert lines[37][5:] == [
        " left out for the width: MB/s, ratio,",
        " first; 51 columns show all (in a",
        " pipe: COLUMNS=51)",
    ]


def test_an_id_goes_on_at_a_hyphen_before_an_answer_is_left_out() -> None:
    columns = (Column("case"), *number_columns("A"), Column("ratio", Align.RIGHT, importance=1))
    table = Table(None, columns, (build_row("fast_one-default-cpu", "1.0 s", "2.0 [1.9, 2.1]"),))
    drawn = {width: render_text([table], width).splitlines()[3:] for width in (39, 34, 33, 22)}
    assert drawn[39][0] == "  fast_one-default-cpu  2.0 [1.9, 2.1]"
    assert drawn[34][:2] == ["  fast_one-default-cpu         2.0", "                        [1.9, 2.1]"]
    assert drawn[33][:2] == ["  fast_one-default            2.0", "  -cpu                 [1.9, 2.1]"]
    assert drawn[22][:3] == ["  fast_one         2.0", "  -default  [1.9, 2.1]", "  -cpu"]


def test_a_list_that_is_too_narrow_has_its_last_cells_on_lines_of_their_own() -> None:
    rows = [(Cell("map_before_shuffle"), Cell("runs as ParallelMapV2 > Batch")), (Cell("post"), Cell("Map"))]
    wide, narrow = (render_text([build_list(rows)], width) for width in (40, 32))
    assert wide.splitlines() == [
        "map_before_shuffle  runs as",
        "                    ParallelMapV2 >",
        "                    Batch",
        "post                Map",
    ]
    assert narrow == "map_before_shuffle\n    runs as ParallelMapV2 >\n    Batch\npost\n    Map"


def test_a_line_that_is_too_long_goes_on_below_its_own_beginning() -> None:
    assert render_text([Lines(("one two three",))], columns=9) == " one two\n three"


def test_columns_with_a_share_make_a_table_as_wide_as_the_terminal() -> None:
    table = Table(None, (Column("a", share=3), Column("b", Align.RIGHT)), (build_row("x", "1"),))
    assert {len(line) for line in render_text([table], columns=60).splitlines() if line} == {59}, "and no last blank"


def test_a_text_that_is_too_long_for_its_reader_ends_with_how_much_is_missing() -> None:
    limit = Limit(150, "{rows} rows are left out.")
    rows = tuple(build_row(f"row {number}") for number in range(100))
    text = render_markdown([Lines(("note",)), Table("numbers", text_columns("n"), rows)], limit)
    assert len(text.encode()) <= 150
    kept = text.count("| row")
    assert 3 < kept < 100
    assert text.endswith(f"\n{100 - kept} rows are left out.\n")
    assert text.startswith("- note\n")


def test_a_row_has_a_cell_for_each_column() -> None:
    with pytest.raises(ValueError, match=r"^a row of the table 'numbers' has not 2 cells\.$"):
        Table("numbers", text_columns("a", "b"), (build_row("1"),))


def test_a_row_is_emphasised_where_its_cells_are_not() -> None:
    own, other = build_row(Cell("a", emphasis=Emphasis.GOOD), "b", emphasis=Emphasis.FAINT)
    assert (own.emphasis, other.emphasis) == (Emphasis.GOOD, Emphasis.FAINT)
    assert join_words(("a", Span("b", Emphasis.BAD))) == "ab"


def test_a_page_may_break_an_ordering_before_each_stage_alone() -> None:
    cell = Cell("post", below=("shuffle(5).map().batch(2)", "0.5 <b>."))
    html = render_html([Table(None, (Column("ordering"),), ((cell,),))], Figures())
    assert "<small>shuffle(5)<wbr>.map()<wbr>.batch(2)</small><small>0.5 &lt;b&gt;.</small>" in html
