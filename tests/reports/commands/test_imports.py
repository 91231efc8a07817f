"""What a command imports: what it needs, so that tables come at once."""

import subprocess
import sys
from pathlib import Path

import pytest
from compared import make_case, slow_down, write_own

HEAVY = ("scipy", "altair", "xprof", "tensorboard", "vl_convert", "jinja2", "tensorflow", "keras", "pytest")
COMMANDS = ("--help", "show", "claims", "compare", "page --help", "gate --help", "trace --help")
LIST_IMPORTED = """
import sys
sys.argv = sys.argv[1:]
from reports.commands.cli import main
try:
    main()
finally:
    print(*sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


def list_imported(*words: str | Path) -> set[str]:
    """The packages that a command has imported when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", LIST_IMPORTED, "mnist-report", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout
    return set(done.stderr.split())


@pytest.mark.process
@pytest.mark.parametrize(
    "command", ["--help", "show", "claims", "compare", "page --help", "gate --help", "trace --help"]
)
def test_a_command_that_draws_no_picture_imports_nothing_that_does(command: str, tmp_path: Path) -> None:
    first = write_own(tmp_path / "first.json", make_case("post"), make_case("fast", slow_down(0.5)))
    second = write_own(tmp_path / "second.json", make_case("post", slow_down(1.1)), make_case("fast"))
    runs = {"show": [first], "claims": [first], "compare": [first, second]}.get(command, [])
    imported = list_imported(*command.split(), *runs)
    assert sorted(imported & set(HEAVY)) == []
    assert {"typer", "reports"} <= imported, "the list is one of modules"
