"""Findings: the worst first, what must be told of each, and the exit code."""

import json

import pytest
from json_docs import check_documented

from bench.doctor.findings import Finding, State, find_exit_code, find_worst, sort_findings
from bench.doctor.telling import render_json, tabulate_findings
from reports.drawing.text import render_text

FINE = Finding("Python", State.OK, "3.11")
SLOW = Finding("turbo", State.WARN, "on", "runs of different lengths differ", ("echo 1 | sudo tee no_turbo",))
WRONG = Finding(
    "Profile tab",
    State.BAD,
    "xprof 2.24.2 and tensorboard-plugin-profile 2.19.0",
    "both bring it, and TensorBoard does not start: Duplicate plugins for name profile",
    ("pip uninstall -y tensorboard-plugin-profile xprof", "pip install 'tensorboard-plugin-profile>=2.24'"),
)
WORSE = Finding("tensorboard", State.BAD, "not installed", "no log can be shown", ("pip install tensorboard",))


def test_the_worst_come_first_and_equals_in_their_order() -> None:
    assert sort_findings([FINE, SLOW, WRONG, FINE, WORSE]) == (WRONG, WORSE, SLOW, FINE, FINE)


@pytest.mark.parametrize(
    ("findings", "worst", "exit_code"),
    [
        ((), State.OK, 0),
        ((FINE,), State.OK, 0),
        ((FINE, SLOW), State.WARN, 0),
        ((FINE, SLOW, WRONG), State.BAD, 1),
    ],
)
def test_only_what_is_bad_ends_with_one(findings: tuple[Finding, ...], worst: State, exit_code: int) -> None:
    assert find_worst(findings) is worst
    assert find_exit_code(findings) == exit_code


@pytest.mark.parametrize(
    ("state", "consequence", "mend"),
    [
        (State.BAD, "", ("pip install x",)),
        (State.BAD, "it fails", ()),
        (State.WARN, "", ()),
        (State.OK, "it fails", ()),
        (State.OK, "", ("pip install x",)),
    ],
)
def test_what_is_wrong_tells_its_consequence_and_its_cure_and_what_is_fine_neither(
    state: State, consequence: str, mend: tuple[str, ...]
) -> None:
    with pytest.raises(ValueError, match=f"it: what is {state.value} must tell its consequence, unless it is ok"):
        Finding("it", state, "found", consequence, mend)


def test_a_command_stands_on_a_line_of_its_own_in_eighty_columns() -> None:
    text = render_text(tabulate_findings(sort_findings([FINE, SLOW, WRONG])), columns=80)
    assert text == (
        "1 bad, 1 to heed; what mends it stands below each\n"
        "\n"
        "bad   Profile tab         xprof 2.24.2 and tensorboard-plugin-profile 2.19.0:\n"
        "                          both bring it, and TensorBoard does not start:\n"
        "                          Duplicate plugins for name profile\n"
        " pip uninstall -y tensorboard-plugin-profile xprof\n"
        " pip install 'tensorboard-plugin-profile>=2.24'\n"
        "\n"
        "warn  turbo               on: runs of different lengths differ\n"
        " echo 1 | sudo tee no_turbo\n"
        "\n"
        "ok    Python              3.11"
    )


def test_where_nothing_is_fine_no_empty_table_is_drawn() -> None:
    assert render_text(tabulate_findings([WORSE]), columns=80) == (
        "1 bad, 0 to heed; what mends it stands below each\n"
        "\n"
        "bad   tensorboard         not installed: no log can be shown\n"
        " pip install tensorboard"
    )


def test_where_all_is_fine_it_says_so() -> None:
    assert render_text(tabulate_findings([FINE]), columns=80) == (
        "nothing is wrong here\n\nok    Python              3.11"
    )


def test_a_script_gets_the_version_of_the_format_first() -> None:
    check_documented(render_json([WORSE, FINE]))
    told = json.loads(render_json([WORSE, FINE]))
    assert next(iter(told)) == "schema"
    assert told == {
        "schema": "mnist-bench/doctor/1",
        "state": "bad",
        "exit_code": 1,
        "findings": [
            {
                "name": "tensorboard",
                "state": "bad",
                "found": "not installed",
                "consequence": "no log can be shown",
                "mend": ["pip install tensorboard"],
            },
            {"name": "Python", "state": "ok", "found": "3.11", "consequence": "", "mend": []},
        ],
    }
