"""Markdown: the terminal's tables, read again by a parser, escaped and never above what GitHub takes."""

from dataclasses import replace
from pathlib import Path

import pytest
from case_records import change
from markdown_it import MarkdownIt
from records import FAST, FED, LIVE, POST, RAW, SETTING, make_case, make_record

from reports.drawing.markdown import STEP_SUMMARY, Limit, escape
from reports.formats.markdown import render_markdown
from reports.record.file import load_record
from reports.record.machine import Machine
from reports.record.record import Record
from reports.summary.summary import summarize

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
EVIL = "a|b`c`<img src=x onerror=y>*d*_e_~~f~~[g](http://x)@octocat$h$\\|&lt;"
INVISIBLE = "\u200b"


def read_tables(text: str) -> list[list[list[str]]]:
    """The cells of each table, by row, as a reader sees them; the body's rows only."""
    tables: list[list[list[str]]] = []
    is_body = False
    for token in PARSER.parse(text):
        if token.type == "table_open":
            tables.append([])
        elif token.type in {"tbody_open", "tbody_close"}:
            is_body = token.type == "tbody_open"
        elif token.type == "tr_open" and is_body:
            tables[-1].append([])
        elif token.type == "inline" and is_body:
            tables[-1][-1].append(see(token.children))
    return tables


def limit_to(num_bytes: int) -> Limit:
    return replace(STEP_SUMMARY, num_bytes=num_bytes)


def see(tokens: list) -> str:
    assert {token.type for token in tokens} <= {"text", "text_special", "html_inline"}, "markup out of a cell's text"
    return "".join("\n" if token.content == "<br>" else token.content for token in tokens)


def test_the_whole_text() -> None:
    assert render_markdown(summarize(make_record(POST, FAST, LIVE))) == (
        "### MNIST Bench: 3 cases on cpu\n"
        "\n"
        "**default arm, cpu**\n"
        "\n"
        "| ordering | examples/s | first | ratio to post | MiB (pred) |\n"
        "|:--|--:|--:|--:|--:|\n"
        "| &#42; fast | 20k [18k, 22k] | 5.0 ms | 2.0 [1.9, 2.1] |  |\n"
        "| post | 10k [9.1k, 11k] | 10 ms | 1 | 49.0 (50.0) |\n"
        "\n"
        "<details><summary>the orderings, and what TensorFlow ran</summary>\n"
        "\n"
        "| | |\n"
        "|:--|:--|\n"
        "| fast | shuffle(60000).batch(32).map().prefetch(auto) |\n"
        "| post | shuffle(60000).map().prefetch(320).batch(32).repeat()"
        "<br>runs as BatchV2 &#62; Map &#62; TensorSlice |\n"
        "\n"
        "</details>\n"
        "\n"
        "- &#42; the fastest; &#126; not to be told from it; first: to the first batch\n"
        "- ratio: above 1 is faster than post, turn against turn of the same round\n"
        "- go by the ratio: examples/s drift with the machine, out of their intervals\n"
        "- MiB: live heap beyond the source, over the whole training set, and (pred) what the spec predicts\n"
        "- 6 turns each after a warm-up, in random order; median [95% interval]\n"
        "- 0 of 12 turns contaminated: others used more than a tenth of the machine\n"
        "- 1000 examples a turn\n"
        "- Test CPU, 2 cores, Linux, 2026-11-23T08:58\n"
        "- Python 3.11.7, TensorFlow 2.21.0\n"
        "- digits: mnist.npz (sha256 0123456789ab)\n"
    )


def test_a_parser_sees_the_terminals_cells() -> None:
    default, key, raw, _ = read_tables(render_markdown(summarize(make_record())))
    assert default == [
        ["* fast", "20k [18k, 22k]", "5.0 ms", "2.0 [1.9, 2.1]", "", ""],
        ["post", "10k [9.1k, 11k]", "10 ms", "1", "90 [90, 90]", "49.0 (50.0)"],
    ]
    assert key[1][1].splitlines()[1] == "runs as BatchV2 > Map > TensorSlice"
    assert raw == [["* fast", "20k [18k, 22k]", "5.0 ms", ""]]


def test_a_record_of_format_1_is_drawn_too() -> None:
    text = render_markdown(summarize(load_record(Path(__file__).parents[1] / "stored" / "format1.json")))
    assert sorted(row[0] for row in read_tables(text)[0]) == ["* gather_indices", "post"]


def test_every_device_is_named() -> None:
    assert render_markdown(summarize(make_record(FAST, change(FAST, name="other", device="gpu")))).startswith(
        "### MNIST Bench: 2 cases on cpu, gpu\n"
    )


def test_text_from_a_record_is_never_markup() -> None:
    evil = make_case(EVIL, [50] * 6, EVIL, setting=replace(SETTING, data_name=EVIL))
    text = render_markdown(summarize(Record((evil,), Machine(EVIL, 2, EVIL), EVIL)))
    table, key = read_tables(text)
    assert table[0][0].replace(INVISIBLE, "") == f"* {EVIL}"
    assert [cell.replace(INVISIBLE, "") for cell in key[0]] == ["", EVIL], "an ordering without a name of its own"
    assert "@octocat" not in text, "nobody is notified"
    assert "<img" not in text
    for token in PARSER.parse(text):
        if token.type == "inline" and EVIL[:1] in token.content:
            assert not {child.type for child in token.children} & {"code_inline", "link_open", "em_open", "s_open"}


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("map_after_shuffle", "map_after_shuffle"),
        ("_private", "&#95;private"),
        ("a|b", "a&#124;b"),
        ("`x`", "&#96;x&#96;"),
        ("<b>&amp;", "&#60;b&#62;&#38;amp;"),
        ("33k [25k, 38k] (49)", "33k [25k, 38k] (49)"),
        ("[x](y)", "[x]&#40;y)"),
        ("[x][y]", "[x]&#91;y]"),
        ("one\ntwo", "one<br>two"),
        ("a@b", "a@&#8203;b"),
    ],
)
def test_what_markdown_acts_on_is_escaped_and_nothing_else(text: str, escaped: str) -> None:
    assert escape(text) == escaped


def test_a_summary_is_never_above_a_mebibyte_and_ends_with_a_whole_row() -> None:
    cases = [change(POST, name=f"{number:05} {'é' * 200}") for number in range(3000)]
    text = render_markdown(summarize(make_record(*cases)))
    assert STEP_SUMMARY.num_bytes - 1000 < len(text.encode()) <= STEP_SUMMARY.num_bytes
    (table,) = read_tables(text)
    assert len({len(row) for row in table}) == 1
    assert 1000 < len(table) < 3000
    left_out = 3000 - len(table) + 3000
    assert text.endswith(
        f"\n**{left_out} rows left out: a step summary holds 1 MiB. The rest: `mnist-report show`.**\n"
    )
    assert "- Test CPU, 2 cores, Linux" in text, "the machine and the number of turns stay"
    assert "- 6 turns each" in text


def test_what_just_fits_is_whole_and_a_byte_less_is_not() -> None:
    record = make_record(POST, FAST, RAW, FED)
    whole = render_markdown(summarize(record))
    assert render_markdown(summarize(record), limit_to(len(whole.encode()))) == whole
    shorter = render_markdown(summarize(record), limit_to(len(whole.encode()) - 1))
    assert len(shorter.encode()) < len(whole.encode())
    assert "rows left out" in shorter


def test_what_is_cut_first_is_what_the_rows_stand_for_then_tables_then_notes() -> None:
    record = make_record(POST, FAST)
    whole = len(render_markdown(summarize(record)).encode())
    previous = 0
    for size in range(200, whole, 7):
        text = render_markdown(summarize(record), limit_to(size))
        assert len(text.encode()) <= size
        shown = text.count("\n- ") + sum(len(table) for table in read_tables(text))
        assert f"**{13 - shown} rows left out" in text
        assert previous <= shown, "more room never shows less"
        previous = shown
        assert ("<details>" in text) <= ("| post |" in text) <= ("- digits" in text)
        assert text.count("<details>") == text.count("</details>")


def test_nothing_follows_a_table_that_was_cut() -> None:
    long = [make_case(f"{number} {'x' * 2000}", [100] * 6) for number in range(3)]
    text = render_markdown(summarize(make_record(*long, RAW)), limit_to(6000))
    (table,) = read_tables(text)
    assert len(table) == 2
    assert "raw arm" not in text
