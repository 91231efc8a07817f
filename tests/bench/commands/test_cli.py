"""``mnist-bench cases``: every id that ``pytest -k`` can select, of every device; and what a fault ends with."""

import pytest

from bench.cases.devices import build_device_cases, build_inference_cases
from bench.cases.orderings import build_drain_cases, build_fed_cases
from bench.cases.selection import Selection
from bench.commands import cli
from reports.commands import cli as report_cli


def test_every_id_of_the_main_job_is_listed_with_its_device(capsys: pytest.CaptureFixture[str]) -> None:
    cli.cases()
    lines = capsys.readouterr().out.splitlines()
    both = Selection(devices=("cpu", "gpu"))
    builders = (build_drain_cases, build_fed_cases, build_device_cases, build_inference_cases)
    expected = {case.id for build in builders for case in build(both)}
    assert {"map_after_shuffle-default-cpu", "post-step-default-gpu", "cnn_2048-infer-default-gpu"} < expected
    assert {line.split()[0] for line in lines if line.split()[:1] and line.split()[0] in expected} == expected
    assert "-gpu ids are skipped, with one line, where TensorFlow finds no GPU" in lines
    assert max(len(line) for line in lines[:-1]) <= 100


@pytest.mark.parametrize("command", [cli, report_cli])
def test_a_fault_of_the_tool_is_not_told_as_a_regression(
    command, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_options: bool) -> None:
        raise ValueError("a fault")

    monkeypatch.setattr(command, "app", fail)
    with pytest.raises(SystemExit) as ended:
        command.main()
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith("ValueError: a fault\n")
