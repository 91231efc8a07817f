"""How findings are told: as a table of 80 columns, as JSON, as SARIF; what a comment turns off; what fails."""

import json
from pathlib import Path

import pytest

from reports.claims.file import load_claims
from reports.drawing.text import render_text
from reports.lint.finding import Basis, Finding, Price, Severity, Unit, find_exit_code, sort_findings
from reports.lint.json import render_json
from reports.lint.judge import drop_ignored
from reports.lint.rules.table import RULES
from reports.lint.sarif import render_sarif
from reports.lint.tables import tabulate_findings, tabulate_rule, tabulate_rules
from reports.record.case import Subject
from reports.record.description import Description, Origin

DESCRIPTION = Description(Subject("pipeline", "mine.py:make", "make"), "2.21.0", (), (), (), ("a note of it",))
TORN = Finding(
    "torn-pairs",
    Severity.ERROR,
    "zip()",
    Origin("/home/me/mine.py", 7),
    "the pairs are torn: each branch shuffles for itself, so an element meets one that is not its own",
    Price(2000, Unit.EXAMPLES, Basis.COMPUTED, "an epoch"),
    ("tf.data.Dataset.zip((a, b)).shuffle(2000)",),
)
GROWN = Finding(
    "map-before-shuffle",
    Severity.COST,
    "map(decode)",
    None,
    "it makes 48.0 KiB of 36 B before shuffle(600) holds them",
    Price(2**20, Unit.BYTES, Basis.MEASURED, "more in the buffer"),
    ("ds = ds.shuffle(600).map(decode)",),
    "C1a",
)


def test_the_table_has_place_reason_price_and_mend() -> None:
    text = render_text(tabulate_findings(DESCRIPTION, [TORN, GROWN], 1, is_untimed=True), columns=80)
    assert text.splitlines() == [
        "mine.py:make: 1 error, 1 cost; what mends it stands below each",
        "",
        "error  mine.py:7             the pairs are torn: each branch shuffles for",
        "       zip()                 itself, so an element meets one that is not its",
        "                             own.",
        "                             2,000 examples an epoch (computed)",
        "                             rule torn-pairs",
        " tf.data.Dataset.zip((a, b)).shuffle(2000)",
        "",
        "cost                         it makes 48.0 KiB of 36 B before shuffle(600) holds",
        "       map(decode)           them.",
        "                             1.0 MiB more in the buffer (measured)",
        "                             rule map-before-shuffle, claim C1a",
        " ds = ds.shuffle(600).map(decode)",
        "",
        " 1 finding ignored by a comment.",
        " nothing was timed: what rules say of seconds and of Python's share is left out,",
        " or counted.",
        " a note of it.",
    ]


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_every_text_fits(columns: int) -> None:
    claims = {claim.id: claim for claim in load_claims()}
    shown = [tabulate_findings(DESCRIPTION, [TORN, GROWN], 0, is_untimed=True), tabulate_rules(RULES)]
    shown += [tabulate_rule(rule, claims.get(rule.claim or "")) for rule in RULES] if columns >= 80 else []
    for blocks in shown:
        assert max(map(len, render_text(blocks, columns=columns).splitlines())) <= columns


def test_nothing_found_is_one_line() -> None:
    empty = Description(Subject("pipeline", "mine.py:make", "make"), "2.21.0", (), (), ())
    assert render_text(tabulate_findings(empty, [], 0, is_untimed=False), columns=80) == "mine.py:make: nothing to mend"


def test_json_has_every_field() -> None:
    told = json.loads(render_json(DESCRIPTION, [GROWN], 2, 0))
    assert told["schema"] == "mnist-bench/lint/1"
    assert (told["subject"], told["num_ignored"], told["exit_code"]) == ("mine.py:make", 2, 0)
    assert told["findings"] == [
        {
            "rule": "map-before-shuffle",
            "severity": "cost",
            "stage": "map(decode)",
            "file": None,
            "line": None,
            "reason": GROWN.reason,
            "price": {"amount": 2**20, "unit": "bytes", "basis": "measured", "what": "more in the buffer"},
            "mend": ["ds = ds.shuffle(600).map(decode)"],
            "claim": "C1a",
        }
    ]


def test_sarif_names_files_from_the_folder_of_the_repository() -> None:
    log = json.loads(render_sarif([TORN, GROWN], "1.2.3", Path("/home/me")))
    run = log["runs"][0]
    assert (log["version"], run["tool"]["driver"]["version"]) == ("2.1.0", "1.2.3")
    torn, grown = run["results"]
    assert torn["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "mine.py"},
        "region": {"startLine": 7},
    }
    assert (torn["level"], grown["level"]) == ("error", "warning")
    assert "locations" not in grown
    rules = run["tool"]["driver"]["rules"]
    assert [rules[each["ruleIndex"]]["id"] for each in run["results"]] == ["torn-pairs", "map-before-shuffle"]
    elsewhere = json.loads(render_sarif([TORN], "1", Path("/srv")))["runs"][0]["results"][0]["locations"][0]
    assert elsewhere["physicalLocation"]["artifactLocation"]["uri"] == "file:///home/me/mine.py"


@pytest.mark.parametrize(
    ("comment", "is_kept"),
    [
        ("", True),
        ("  # mnist-bench: ignore", False),
        ("  # mnist-bench: ignore[torn-pairs]", False),
        ("  # unpaired on purpose; mnist-bench: ignore[torn-pairs]", True),
        ("  #mnist-bench:ignore[padding, torn-pairs]", False),
        ("  # mnist-bench: ignore[padding]", True),
    ],
)
def test_a_comment_on_the_line_turns_its_rule_off(comment: str, is_kept: bool, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(f"import tensorflow\nds = zip(a, b){comment}\n")
    finding = Finding(
        *(getattr(TORN, name) for name in ("rule", "severity", "stage")),
        Origin(str(file), 2),
        *(getattr(TORN, name) for name in ("reason", "price", "mend")),
    )
    kept, num_ignored = drop_ignored([finding, GROWN])
    assert (finding in kept, num_ignored) == (is_kept, int(not is_kept))
    assert GROWN in kept


def test_what_fails_is_chosen_and_errors_come_first() -> None:
    assert sort_findings([GROWN, TORN]) == (TORN, GROWN)
    codes = [
        [find_exit_code(found, fail_on) for fail_on in ("error", "cost", "none")]
        for found in ([], [GROWN], [TORN], [GROWN, TORN])
    ]
    assert codes == [[0, 0, 0], [0, 1, 0], [1, 1, 0], [1, 1, 0]]
