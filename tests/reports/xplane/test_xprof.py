"""What becomes of a trace that xprof cannot read."""

from pathlib import Path

import pytest

from reports.xplane import xprof as xprof_tables
from reports.xplane.xprof import XprofError, read_tables


def replace_xprof(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Let `script` run in the place of the process that asks xprof."""
    room = folder / "reports" / "xplane"
    room.mkdir(parents=True)
    (room.parent / "__init__.py").touch()
    (room / "__init__.py").touch()
    (room / "xprof_process.py").write_text(script)
    monkeypatch.setattr(xprof_tables, "ROOT", folder)


@pytest.mark.process
@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("import os; os.abort()", "it gave up"),
        ("import nowhere", "it gave up"),
        ("raise ModuleNotFoundError(\"No module named 'xprof'\")", "it is not installed: pip install xprof"),
        ("pass", "it gave no answer"),
        ("while True: pass", "it took longer than 0.5 s"),
    ],
)
def test_what_happens_to_xprof_is_told_in_a_few_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    replace_xprof(tmp_path, monkeypatch, script)
    monkeypatch.setattr(xprof_tables, "LIMIT_S", 0.5 if "while" in script else 60)
    with pytest.raises(XprofError, match=reason):
        read_tables(b"")


@pytest.mark.process
@pytest.mark.parametrize(
    "table", ["[]", "{}", "null", "[[" * 5000, '[{"cols": [{"id": "stepnum"}], "rows": [{"c": 5}]}]']
)
def test_tables_of_another_xprof_are_one_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str) -> None:
    script = "import sys, pathlib\nfor tool in ('input_pipeline_analyzer', 'framework_op_stats'):\n"
    replace_xprof(tmp_path, monkeypatch, f"{script}    pathlib.Path(sys.argv[1], tool + '.json').write_text({table!r})")
    with pytest.raises(XprofError, match="other columns|no answer"):
        read_tables(b"")
