"""Which modules each command imports: what it needs when it runs, so that its help and its tables come at once."""

from collections.abc import Set

import pytest
from command_lines import find_commands
from fresh_start import TABLES, list_imported

pytestmark = pytest.mark.process
HEAVY = frozenset(
    {
        "PIL",
        "altair",
        "google.protobuf",
        "jinja2",
        "keras",
        "msgspec",
        "pytest",
        "scipy",
        "tensorboard",
        "tensorflow",
        "vl_convert",
        "xprof",
        "bench.gate.run",  # of ours, what deciding and measuring need
        "bench.trials",
        "reports.compare",
        "reports.page.compose",
        "reports.trials",
    }
)
NEEDED: dict[str, Set[str]] = {
    **dict.fromkeys(map("{} --help".format, find_commands()), frozenset()),
    **dict.fromkeys(TABLES, frozenset({"msgspec"})),  # reads the record
    "mnist-report compare main later": {"msgspec", "reports.compare"},
    "mnist-report export main --to csv": {"msgspec"},
    "mnist-report gate gate/fine.json": {"msgspec"},
    "mnist-report trace main": {"google.protobuf"},
    "mnist-report trials trials/trials.jsonl": {"msgspec", "reports.trials", "scipy"},
    "mnist-core orderings": frozenset(),
    "mnist-bench cases": frozenset(),
}


@pytest.mark.parametrize(("line", "needed"), NEEDED.items(), ids=NEEDED)
def test_a_command_imports_of_what_takes_time_what_it_needs(line: str, needed: Set[str]) -> None:
    imported = list_imported(line)
    assert imported & HEAVY == needed
    assert {"typer", "mnist_core.terminal.shell"} <= imported, "the list is one of modules"
