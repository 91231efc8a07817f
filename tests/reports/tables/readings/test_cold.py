"""The table of cold readings: literal text, beside which turns, and what was not read from the disk."""

import pytest
from pipeline_records import BEFORE, make_cold, make_summary

from reports.drawing.text import render_text
from reports.record.sample import Cold
from reports.summary.fields import pair_cold
from reports.tables.all_tables import tabulate_run
from reports.tables.pipelines import list_drained
from reports.tables.readings.cold import explain_cold, tabulate_cold

WALLS = [4000, 4040, 3960, 4020, 3980, 4000]


def test_the_whole_text() -> None:
    summary = make_summary(BEFORE, make_cold("before", WALLS))
    text = render_text(tabulate_cold(summary), 80)
    assert [line.rstrip() for line in text.splitlines()] == [
        "cold",
        "",
        "  pipeline      examples/s               to warm  epoch   first  from disk",
        " ─────────────────────────────────────────────────────────────────────────",
        "  before    250 [248, 253]  0.250 [0.248, 0.253]  4.0 s  400 ms    26.0 MB",
    ]
    assert explain_cold(summary) == [
        "cold: built anew, its files dropped from the page cache before every turn; warm: the turns above",
        "from disk: what the system fetched for a turn, what it read ahead included",
        "before: 40 files of 25.0 MB were dropped",
    ]
    assert "before: 40 files" in render_text(tabulate_run(summary), 100)


def test_cold_turns_stand_apart_from_the_others() -> None:
    summary = make_summary(BEFORE, make_cold("before", WALLS))
    assert [case.group for case in list_drained(summary)] == ["pipelines"]
    (pair,) = pair_cold(summary.cases)
    assert pair.ratio is not None
    assert pair.ratio.median == pytest.approx(0.25, rel=0.01)
    (alone,) = pair_cold(make_summary(make_cold("before", WALLS)).cases)
    assert (alone.warm, alone.ratio) == (None, None)


@pytest.mark.parametrize(
    ("read", "is_told"),
    [
        ({"disk_bytes": 13 * 10**6}, False),
        ({"disk_bytes": 12 * 10**6}, True),
        ({"asked_bytes": 250 * 10**6, "disk_bytes": 25 * 10**6}, False),  # ten epochs in a turn
        ({"asked_bytes": None, "disk_bytes": None}, False),
    ],
)
def test_what_did_not_come_from_the_disk_is_told(read: dict[str, int | None], is_told: bool) -> None:
    lines = explain_cold(make_summary(BEFORE, make_cold("before", WALLS, **read)))
    assert any("most of what it read was in memory" in line for line in lines) == is_told


def test_what_stayed_in_memory_is_told() -> None:
    lines = explain_cold(make_summary(make_cold("before", WALLS, kept_bytes=2 * 10**6)))
    assert "before: 40 files of 25.0 MB were dropped, and 2.0 MB stayed" in lines


def test_no_count_is_below_zero() -> None:
    with pytest.raises(ValueError, match=r"Cold\.disk_bytes must be"):
        Cold(1, 1, 1, 0, 1, -1)
