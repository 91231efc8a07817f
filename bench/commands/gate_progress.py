"""How far a gate has come: a bar with the time left on a terminal, a line a round elsewhere."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import TextColumn

from bench.commands.quiet_bar import build_bar


class GateProgress:
    """Shows a gate's pairs against those that its stage wants and its time against the budget.

    Args:
        console: where to show it.
        budget_s: the most that the measuring takes.
    """

    def __init__(self, console: Console, budget_s: float) -> None:
        self._console, self._budget_s = console, budget_s
        self._progress = build_bar(console, TextColumn("{task.fields[left]}"))
        self._task = self._progress.add_task("preparing both revisions", total=None, left="")

    def __enter__(self) -> GateProgress:
        self._progress.start()
        self._progress.refresh()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._progress.stop()

    def notice(self, line: str) -> None:
        """Print a line that stays."""
        self._console.print(line, highlight=False, markup=False, soft_wrap=True)

    def pair_done(self, num_done: int, num_wanted: int, spent_s: float) -> None:
        """Show the pairs, and the time that as many as are still wanted will take at this pace."""
        total_s = max(spent_s, min(self._budget_s, spent_s * num_wanted / num_done))
        self._progress.update(
            self._task,
            description=f"{num_done} of {num_wanted} pairs",
            completed=spent_s,
            total=total_s,
            left=f"about {render_clock(total_s - spent_s)} left",
            refresh=True,
        )

    def round_done(self, stage: str, num_cases: int, spent_s: float) -> None:
        """Print a line where there is no bar."""
        if not self._console.is_terminal:
            what = {"screen": "screened", "confirm": "confirming"}[stage]
            self.notice(f"{what} {num_cases} cases, {spent_s:.0f} s of at most {self._budget_s:.0f} s")


def render_clock(seconds: float) -> str:
    """Minutes and seconds, such as 4:05."""
    return "{}:{:02}".format(*divmod(round(seconds), 60))
