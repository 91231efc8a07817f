"""What pytest shows of the bench: quiet unless it is asked, and a line that says why nothing was measured."""

from types import SimpleNamespace

import pytest

from bench.cases.groups import build_groups
from bench.cases.selection import Selection, build_case
from bench.screen import quieten, tell_empty, tell_selection, tell_status
from bench.subjects.pipeline_text import describe_pipeline


def make_config(*arguments: str, verbose: int = 0, collectonly: bool = False) -> SimpleNamespace:
    option = SimpleNamespace(verbose=verbose, collectonly=collectonly, benchmark_quiet=False)
    return SimpleNamespace(option=option, invocation_params=SimpleNamespace(args=arguments))


@pytest.fixture(autouse=True)
def no_addopts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)


def test_a_run_is_quiet_unless_it_is_asked_for_more() -> None:
    for arguments, verbose, expected in (
        (("bench/", "--benchmark-only"), 0, (True, -1, True)),
        (("bench/", "--benchmark-json", "my.json"), 0, (True, -1, True)),
        (("bench/",), -2, (True, -2, True)),
        (("bench/", "-v"), 1, (False, 1, False)),
        (("bench/", "--benchmark-columns=min"), 0, (True, -1, False)),
        (("bench/", "--benchmark-sort", "name"), 0, (True, -1, False)),
        (("bench/", "--benchmark-compare"), 0, (True, -1, False)),
    ):
        config = make_config(*arguments, verbose=verbose)
        is_quiet = quieten(config)
        assert (is_quiet, config.option.verbose, config.option.benchmark_quiet) == expected, arguments


def test_flags_in_the_environment_count_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_ADDOPTS", "-x --benchmark-histogram='a b'")
    config = make_config("bench/")
    quieten(config)
    assert not config.option.benchmark_quiet


def test_a_list_of_the_cases_is_left_as_pytest_prints_it() -> None:
    config = make_config("bench/", collectonly=True)
    assert (quieten(config), config.option.verbose) == (False, 0)


@pytest.mark.parametrize(
    ("when", "outcome", "told"),
    [
        ("call", "passed", ("passed", "", "PASSED")),
        ("call", "failed", ("failed", "", "FAILED")),
        ("setup", "passed", ("", "", "")),
        ("setup", "failed", ("error", "", "ERROR")),
        ("setup", "skipped", ("skipped", "", "SKIPPED")),
        ("teardown", "failed", ("error", "", "ERROR")),
    ],
)
def test_a_test_is_counted_without_a_letter(when: str, outcome: str, told: tuple[str, str, str]) -> None:
    flags = {name: name == outcome for name in ("passed", "failed", "skipped")}
    assert tell_status(SimpleNamespace(when=when, outcome=outcome, **flags)) == told


def test_what_is_left_out_and_what_own_orderings_are_called_is_told() -> None:
    assert tell_selection(build_groups(Selection())) == []
    own = Selection(orderings=["batch(2).map()", "mine=batch(4).map()"])
    assert tell_selection(build_groups(own)) == ["own_0428: batch(2).map()"], "the other one is called as was said"
    pipelines = Selection(subjects=[describe_pipeline("mine.py:make"), build_case("post").subject])
    assert tell_selection(build_groups(pipelines)) == [
        "pipelines: make; left out, as they take our digits: devices, inference"
    ]


def test_why_nothing_was_measured() -> None:
    nothing = {"pipeline": None, "run": None}
    assert tell_empty(SimpleNamespace(keyword="nosuch", **nothing)) == (
        "nothing was selected: no case matches -k 'nosuch'; mnist-bench cases lists the ids"
    )
    assert tell_empty(SimpleNamespace(keyword="", **nothing)) == (
        "nothing was selected: no case is left of these options; mnist-bench cases lists the ids"
    )
    assert tell_empty(SimpleNamespace(keyword="x", pipeline=["a.py:b"], run=None)).endswith(
        "; the same command with --collect-only -q lists the ids"
    )
