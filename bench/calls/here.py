"""What can only be measured in this process: its turns are taken here, as a worker would take them in its own."""

from __future__ import annotations

from bench.consumers.meter import Placed
from bench.workers.protocol import Done, FixBatches, Ready, Request, TakeTurn, WarmedUp, WarmUp
from bench.workers.worker import ask_meter
from bench.workers.worker_process import WorkerError
from mnist_core.language.errors import InputError
from reports.record.case import Case
from reports.record.machine import Setting
from reports.record.sample import Sample


class HereWorker:
    """Takes the turns of a dataset of this process, as `bench.workers.fork_server.Worker` does in a fresh one.

    Nothing limits its time or its memory.

    Args:
        case: The case, which takes batches on the CPU.
        dataset: The dataset, a ``tf.data.Dataset``.

    Raises:
        WorkerError: It cannot be measured; the message says why.
    """

    def __init__(self, case: Case, dataset: object) -> None:
        from bench.consumers.registry import build_meter  # noqa: PLC0415  # whoever has a dataset has TensorFlow
        from bench.programs.carried import HeldPipeline  # noqa: PLC0415
        from mnist_core import describe_versions  # noqa: PLC0415

        self._case, self._opened = case, HeldPipeline(case.name, dataset)
        self._meter: Placed = build_meter(case, self._opened)
        opened = self._opened
        self.ready = Ready(
            Setting(opened.data_name, opened.data_fingerprint, tuple(describe_versions().items())), (), None
        )

    def warm_up(self) -> WarmedUp:
        """The first turn, how much a turn takes, and what TensorFlow ran."""
        answer = self._ask(WarmUp())
        assert isinstance(answer, WarmedUp)  # noqa: S101  # for the type checker
        return answer

    def fix_batches(self, num_batches: int) -> None:
        """Let a turn take so many batches from now on."""
        assert isinstance(self._ask(FixBatches(num_batches)), Done)  # noqa: S101

    def measure_turn(self) -> Sample:
        """The sample of one turn."""
        answer = self._ask(TakeTurn())
        assert isinstance(answer, Sample)  # noqa: S101
        return answer

    def close(self) -> None:
        """Let go of the dataset."""
        del self._meter, self._opened

    def _ask(self, request: Request) -> object:
        from bench.subjects.capabilities import FailedPipelineError  # noqa: PLC0415

        try:
            return ask_meter(self._meter, request)
        except (InputError, FailedPipelineError) as error:
            raise WorkerError(f"{self._case.id}: {error}") from None
        except Exception as error:  # noqa: BLE001  # whatever a person's code raises
            raise WorkerError(f"{self._case.id}: {self._opened.explain_failure(error)}") from None
