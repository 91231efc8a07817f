"""Every ``--json`` beside docs/json.md, and the docs beside the schemas that there are."""

import shutil
from pathlib import Path

import pytest
from command_lines import run_apart
from json_docs import check_documented, read_documented, read_sections

from mnist_core.terminal.schemas import VERSIONS, render_json

RUNS = Path(__file__).parents[1] / "snapshots" / "runs"
LINES = (
    "mnist-core orderings",
    "mnist-bench cases",
    "mnist-report show main",
    "mnist-report show plain.json",
    "mnist-report show pipelines",
    "mnist-report claims main",
    "mnist-report compare main later --fail-on time:10%",
    "mnist-report compare devices",
    "mnist-report compare plain.json plain_slow.json",
    "mnist-report gate gate/regressed.json",
    "mnist-report gate gate/interrupted.json",
    "mnist-report trials trials/trials.jsonl",
    "mnist-report trace main --session post",
    "mnist-report trace traces/unmarked.xplane.pb",
    "mnist-report trace main traces/after.xplane.pb",
    "mnist-bench trials designs --budget 0",
)


@pytest.mark.parametrize("line", LINES)
def test_the_docs_tell_every_field_that_is_printed_and_no_other(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(RUNS, tmp_path / "work")
    monkeypatch.chdir(tmp_path / "work")
    output, _, _ = run_apart(f"{line} --json")
    check_documented(output)


def test_the_docs_tell_what_noise_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.turns.noise.measure_differences", lambda *_, **__: iter([0.01, -0.02]))
    output, _, code = run_apart("mnist-bench noise --repetitions 2 --data synthetic --json")
    assert code == 0
    spreads = check_documented(output)["spreads"]
    assert [(each["arm"], each["is_interleaved"], each["count"]) for each in spreads] == [
        *(("default", True, 2), ("default", False, 2), ("raw", True, 2), ("raw", False, 2)),
    ]


def test_every_schema_has_its_section_and_says_which_command_prints_it() -> None:
    assert set(read_documented()) == set(VERSIONS)
    for name, body in read_sections():
        assert "`mnist-" in body or name == "trace-hosts"


def test_a_field_that_nobody_told_and_one_that_is_gone_are_found() -> None:
    fine = {"cases": [{"id": "post-default-cpu", "ordering": "batch(32)"}]}
    assert check_documented(render_json("cases", fine)) == fine
    for wrong in (
        {},
        {**fine, "colour": "red"},
        {"cases": [{"id": "post"}]},
        {"cases": [{"id": "a", "ordering": "b", "c": 1}]},
    ):
        with pytest.raises(AssertionError, match="docs/json.md, cases"):
            check_documented(render_json("cases", wrong))


def test_what_is_no_finite_number_is_null() -> None:
    text = render_json("cases", {"loss": float("nan"), "most": [float("inf"), 1.5]})
    assert text.splitlines()[:4] == ["{", '  "schema": "mnist-bench/cases/1",', '  "loss": null,', '  "most": [']
    assert "    null,\n    1.5\n" in text
