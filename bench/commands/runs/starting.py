"""Where the workers of a run come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

from bench.commands.subject_options import GIBIBYTE
from bench.machine.disturbances import find_disturbances, render_disturbances
from bench.machine.environment import describe_environment
from bench.slots.starter import InterpreterStarter
from bench.turns.group import Listener
from mnist_core.digits.load import choose_source
from mnist_core.files.parts import hold_scratch
from reports.record.case import Subject


@contextmanager
def open_starter(
    subjects: Sequence[Subject],
    listener: Listener,
    *,
    data: str | None,
    memory_limit_gib: float | None,
    turn_limit_s: float,
    seed: int,
) -> Iterator[InterpreterStarter]:
    """Starts the workers of a run; what disturbs this machine is told first, and slots end with the block.

    Args:
        subjects: What is measured; digits are read only for those that take ours.
        listener: Is told what disturbs the machine.
        data: Where our digits come from; None leaves that to the environment.
        memory_limit_gib: Most memory of each worker; None sets no limit.
        turn_limit_s: Most seconds of a turn; one that takes longer is a hang.
        seed: Seed of Python's sets and dicts of text in all slots.
    """
    source = choose_source(data, is_read=any(not each.reads_own_data for each in subjects))
    limit = None if memory_limit_gib is None else int(memory_limit_gib * GIBIBYTE)
    if line := render_disturbances(find_disturbances(describe_environment())):
        listener.notice(line)
    with (
        hold_scratch("mnist-bench-slots-") as scratch,
        closing(
            InterpreterStarter(source, limit, turn_limit_s=turn_limit_s, scratch=scratch, hash_seed=seed)
        ) as starter,
    ):
        yield starter
