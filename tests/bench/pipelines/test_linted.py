"""Planted faults are found, each by its rule and none by another; what looks like one and is fine gets no word."""

from pathlib import Path

import pytest
from pipeline_files import FOLDER, TEXTS

from bench.pipelines.builders import find_builder
from bench.pipelines.describe import describe_dataset
from bench.subjects.pipeline_text import describe_pipeline
from reports.lint.facts import Facts
from reports.lint.judge import find_findings
from reports.lint.rules.table import RULES

LINTED = FOLDER.parent / "linted"
ALSO = {
    "frozen_random_in_python": ["python"],
    "map_before_shuffle_that_takes_batches": ["map-by-element"],
}  # two faults cannot be told apart there
WITH_TIMES = {"sequential-map"}  # what only speaks of seconds is tested on descriptions made by hand


def list_functions(file: Path) -> list[str]:
    return [
        line[4 : line.index("(")]
        for line in file.read_text().splitlines()
        if line.startswith("def ") and line[4] != "_"
    ]


def lint(file: Path, name: str, select: str | None = None) -> list[str]:
    subject = describe_pipeline(f"{file}:{name}", {}, select=select)
    description = describe_dataset(subject, find_builder(subject, "synthetic"))
    return [finding.rule for finding in find_findings(Facts(description))]


def find_rule(name: str) -> str:
    told = [rule.name for rule in RULES if name.replace("_", "-").startswith(rule.name)]
    return max(told, key=len)


def find_select(name: str) -> str | None:
    return "train" if "split" in name else None


@pytest.mark.parametrize("name", list_functions(LINTED / "faults.py"))
def test_a_planted_fault_is_found_and_nothing_else(name: str) -> None:
    assert lint(LINTED / "faults.py", name, find_select(name)) == [find_rule(name), *ALSO.get(name, [])]


@pytest.mark.parametrize("name", list_functions(LINTED / "fine.py"))
def test_a_good_pipeline_gets_no_word(name: str) -> None:
    assert lint(LINTED / "fine.py", name, find_select(name)) == []


def test_every_rule_has_a_planted_fault() -> None:
    planted = {find_rule(name) for name in list_functions(LINTED / "faults.py")}
    assert planted | WITH_TIMES == {rule.name for rule in RULES}


GIVEN = {
    "feather_folder.py:feathers": ["redundant-shuffle"],
    "shard_stream.py:shard_stream": ["unknown-end", "map-before-shuffle", "single-parsing", "repeat-before-shuffle"],
    "ledger_csv.py:ledger": ["map-before-shuffle", "map-by-element"],
    "good.py:tidy": [],
    "good.py:shrinking": [],
}
"""What their truth table says."""


@pytest.mark.usefixtures("pipeline_data")
@pytest.mark.parametrize(("text", "rules"), GIVEN.items())
def test_the_given_pipelines_get_what_their_truth_table_says(text: str, rules: list[str]) -> None:
    file, _, name = text.partition(":")
    assert lint(FOLDER / file, name, TEXTS[text]) == rules
