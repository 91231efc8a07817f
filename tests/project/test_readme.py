"""The README's promises that a test can keep: its two lines, its commands and the orderings that it shows."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from profiled import build_batches, build_model, only_trace

from mnist_core.language.named_orderings import NAMED_ORDERINGS
from mnist_core.profiling.step_trace import StepTrace, find_step_trace

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PYTHON = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
TABLES = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)
(PROFILE,) = CODE.findall(README)
USES = CODE.findall(PYTHON.partition("## Your own pipeline")[0])
INSTALL = "python3 -m venv .venv && .venv/bin/pip install -e '.[dev]' && "


def test_the_two_lines_stand_there_and_ci_runs_the_second() -> None:
    for command in (".venv/bin/pytest bench/ --benchmark-only", ".venv/bin/pytest -n 2"):
        assert f"\n{INSTALL}{command}\n" in README
    assert f"\n{INSTALL}.venv/bin/pytest -n 2\n" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


@pytest.mark.process
@pytest.mark.parametrize("code", USES, ids=["measure", "train", "judge"])
def test_the_uses_from_python_run_as_they_stand(code: str, digits_file: str, tmp_path: Path) -> None:
    (tmp_path / "runs/before").mkdir(parents=True)
    shutil.copy(ROOT / "tests/reports/stored/format1.json", tmp_path / "runs/before/record.json")
    script = tmp_path / "use.py"
    script.write_text(code.replace("seconds=30", "seconds=1"), encoding="utf-8")
    environment = {**os.environ, "MNIST_CORE_DATA": digits_file, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"^  [ *~] post |models/from-python/1$|^(HOLDS|NOT RUN) ", done.stdout, re.MULTILINE), done.stdout


@pytest.mark.filterwarnings("ignore:`shuffle=True` was passed")  # by Keras, unless one asks for False
def test_three_lines_profile_a_fit_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    model, dataset = build_model(), build_batches().take(60)
    exec(PROFILE, {"model": model, "dataset": dataset})  # noqa: S102  # what a reader copies
    assert len(list(filter(None, PROFILE.splitlines()))) == 3
    file = only_trace(Path("logs"))
    assert find_step_trace(Path("logs")) == StepTrace(file, 100, 119, 20)


@pytest.mark.parametrize("named", NAMED_ORDERINGS.values(), ids=lambda named: named.name)
def test_the_tables_show_the_named_orderings_as_they_are(named) -> None:
    assert re.search(rf"^ {named.name} +{re.escape(named.text)}$", TABLES, re.MULTILINE)


def test_every_link_leads_somewhere() -> None:
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\((?!http)([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
