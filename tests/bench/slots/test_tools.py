"""What a slot imports the bench from."""

from pathlib import Path

from bench.gate import slots
from bench.slots.tools import build_tools


def test_the_tools_are_the_packages_of_this_project_and_nothing_installed_beside_them(tmp_path: Path) -> None:
    tools = build_tools(tmp_path / "tools")
    assert {path.name for path in tools.iterdir()} == {"bench", "mnist_core", "reports"}
    assert (tools / "bench/gate/slots.py").samefile(slots.__file__)
