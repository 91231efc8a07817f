"""What listens to trials and keeps what it is told."""


class Listener:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.left_s: list[float] = []

    def notice(self, line: str) -> None:
        self.lines.append(line)

    def pair_done(self, num_done: int, num_wanted: int, spent_s: float) -> None:
        pass

    def round_done(self, stage: str, num_cases: int, spent_s: float) -> None:
        pass

    def gain_measured(self, num_done: int, num_wanted: int) -> None:
        pass

    def trial_begun(self, assignment, num_trials: int) -> None:
        self.lines.append(f"{assignment.number} of {num_trials}: {assignment.kind}")

    def trial_done(self, trial, num_trials: int, left_s: float) -> None:
        self.left_s.append(left_s)
