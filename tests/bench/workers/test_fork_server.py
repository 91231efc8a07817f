"""Workers, for real: a fresh process a case, and what becomes of one that dies, hangs or is left alone."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import tensorflow as tf
from processes import wait_for_end

from bench.cases.pipelines import build_subject
from bench.cases.selection import build_case
from bench.workers import worker_process
from bench.workers.fork_server import Worker, build_context
from bench.workers.worker_process import WorkerError
from mnist_core.devices.versions import describe_versions
from mnist_core.digits.load import Digits
from mnist_core.language.errors import InputError
from reports.record.case import Case

pytestmark = pytest.mark.process

CASE = build_case("batch_before_map")

Start = Callable[..., Worker]


@pytest.fixture(scope="module")
def context():
    return build_context()


@pytest.fixture
def start(digits_file: str, context) -> Iterator[Start]:
    started: list[Worker] = []

    def start_one(case: Case = CASE, **choices) -> Worker:
        started.append(Worker(case, choices.pop("source", digits_file), context, **choices))
        return started[-1]

    yield start_one
    for worker in started:
        worker.close()


def test_a_worker_says_on_what_it_measures_and_measures(start: Start, digits: Digits) -> None:
    worker = start()
    assert worker.ready.setting.data_name == "bars.npz"
    assert worker.ready.setting.data_fingerprint == digits.fingerprint
    assert dict(worker.ready.setting.versions) == describe_versions()
    warmed_up = worker.warm_up()
    assert warmed_up.sample.num_examples == 200
    assert warmed_up.program.chain.endswith("BatchV2 > Shuffle(60000) > TensorSlice")
    for _ in range(2):
        sample = worker.measure_turn()
        assert sample.num_examples == 200
        assert 0 < sample.first_batch_ns < sample.wall_ns
        assert sample.cpu_ns > 0


def test_every_case_has_a_process_of_its_own_forked_from_one_server(start: Start) -> None:
    pids = {start().pid for _ in range(2)}
    assert len(pids) == 2
    assert os.getpid() not in pids
    parents = {int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]) for pid in pids}
    assert len(parents) == 1
    assert os.getpid() not in parents, "the workers come from the fork server, which has TensorFlow imported already"


def test_a_killed_worker_is_told_by_its_signal_and_the_next_case_goes_on(start: Start) -> None:
    worker, other = start(), start()
    os.kill(worker.pid, signal.SIGKILL)
    with pytest.raises(WorkerError, match=r"^batch_before_map-default-cpu: worker was killed by SIGKILL"):
        worker.measure_turn()
    assert other.measure_turn().num_examples == 200


def test_a_hanging_worker_is_stopped_at_its_limit(start: Start) -> None:
    worker = start(turn_limit_s=0.2)
    pid = worker.pid
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(WorkerError, match=r"gave no answer within 0.2 s and was stopped"):
        worker.measure_turn()
    assert wait_for_end(pid)


def test_the_last_words_of_a_crashed_worker_are_told(start: Start) -> None:
    worker = start()
    worker.stderr.write_text("some noise\nFATAL: out of\nluck\n")
    os.kill(worker.pid, signal.SIGABRT)
    with pytest.raises(WorkerError, match=r"killed by SIGABRT; its last words: .*FATAL: out of luck"):
        worker.measure_turn()


def test_digits_that_are_not_there_are_bad_input_not_a_crash(start: Start) -> None:
    with pytest.raises(InputError, match=r"nowhere\.npz"):
        start(source="nowhere.npz")


def test_a_worker_says_which_device_it_uses(start: Start) -> None:
    use = start().ready.device_use
    assert (use.asked, use.used, use.xla, use.proof) == ("cpu", "cpu", None, "only the pipeline ran, on the CPU")
    use = start(build_case("batch_before_map", "train")).ready.device_use
    assert (use.asked, use.used, use.xla, use.proof) == ("cpu", "cpu", False, "MatMul on CPU:0")
    assert use.found[0] == "cpu"


@pytest.mark.skipif(bool(tf.config.list_physical_devices("GPU")), reason="here the GPU is found")
def test_a_gpu_case_without_a_gpu_fails_alone_and_is_not_run_on_the_cpu(start: Start) -> None:
    with pytest.raises(WorkerError, match=r"^batch_before_map-train-default-gpu: no GPU here: .+\.$"):
        start(replace(build_case("batch_before_map", "train"), device="gpu"))
    assert start().measure_turn().num_examples == 200


def test_a_closed_worker_is_gone(start: Start) -> None:
    worker = start()
    pid = worker.pid
    worker.close()
    worker.close()
    assert wait_for_end(pid)
    assert not worker.stderr.parent.exists()


def test_no_worker_outlives_a_parent_that_was_killed(digits_file: str) -> None:
    script = (
        "import os, sys\n"
        "from bench.cases.selection import build_case\n"
        "from bench.workers.fork_server import Worker, build_context\n"
        "if __name__ == '__main__':\n"
        "    worker = Worker(build_case('post'), sys.argv[1], build_context())\n"
        "    print(worker.pid, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, digits_file], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL
    assert wait_for_end(int(done.stdout))


def test_a_case_that_wants_more_memory_than_its_limit_fails_alone(start: Start) -> None:
    hungry = build_case("map().repeat(2000).shuffle(1000000).batch(32)")  # 400000 float32 pictures, 1.2 GB
    other = start()
    with pytest.raises(WorkerError, match=r"^map.*-default-cpu: "):
        start(hungry, memory_limit_bytes=1200 * 2**20).warm_up()
    assert other.measure_turn().num_examples == 200


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system pins no process")
def test_a_pinned_worker_keeps_all_its_threads_on_one_core_and_the_size_of_its_pools(start: Start) -> None:
    worker, core = start(), max(os.sched_getaffinity(0))
    worker.warm_up()
    threads = Path(f"/proc/{worker.pid}/task")
    before = len(list(threads.iterdir()))
    worker.pin(core)
    worker.measure_turn()
    assert {frozenset(os.sched_getaffinity(int(thread.name))) for thread in threads.iterdir()} == {frozenset({core})}
    assert len(list(threads.iterdir())) >= before > 2
    with pytest.raises(WorkerError, match=r"^batch_before_map-default-cpu: cannot be pinned to core 4000: "):
        worker.pin(4000)


def test_memory_is_read_in_a_worker(start: Start) -> None:
    memory = start(build_case("map_after_shuffle", "memory")).measure_memory()
    assert memory.predicted_bytes > 0
    if sys.platform == "linux":
        assert memory.live_bytes > 0


def test_what_tensorflow_says_at_its_start_is_no_last_word(start: Start) -> None:
    worker = start()
    os.kill(worker.pid, signal.SIGKILL)
    with pytest.raises(WorkerError, match=r"killed by SIGKILL, as the system does when memory runs out\.$"):
        worker.measure_turn()


def test_packages_of_our_names_in_the_present_folder_and_on_the_path_disturb_no_worker(tmp_path: Path) -> None:
    for folder in (tmp_path / "here", tmp_path / "there"):
        for name in ("bench", "mnist_core", "reports"):
            (folder / name).mkdir(parents=True)
            (folder / name / "__init__.py").write_text("raise RuntimeError('a package of theirs')\n")
    script = tmp_path / "script.py"
    script.write_text(
        f"import os, sys\nsys.path.insert(0, {str(Path(__file__).parents[3])!r})\n"
        "from bench.workers.worker_process import build_context\n"
        "if __name__ == '__main__':\n"
        "    process = build_context(['bench.workers.printed']).Process(target=os._exit, args=(7,))\n"
        "    process.start()\n    process.join()\n    print(process.exitcode, os.getcwd())\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=tmp_path / "here",
        env={**os.environ, "PYTHONPATH": str(tmp_path / "there")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == (f"7 {tmp_path / 'here'}\n", "")


def test_a_worker_does_not_import_the_program_that_starts_it(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "print('it runs')\n"
        "from bench.workers.protocol import Describe\n"
        "from bench.workers.worker_process import WorkerProcess, build_context\n"
        "from mnist_core import InputError\n"
        "from reports.record.case import Subject\n"
        "try:\n"
        "    WorkerProcess(Describe(Subject('pipeline', 'mine', 'mine.py:mine'), ''), build_context([]))\n"
        "except InputError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (
        done.stdout
        == "it runs\nmine.py does not exist: give the file that makes the dataset, as path/to/file.py:name.\n"
    )
    assert done.stderr == ""


def test_a_worker_that_ends_before_it_begins_is_told_so(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_process, "serve", sys.exit)
    with pytest.raises(WorkerError, match=r"^batch_before_map-default-cpu: worker ended with 1 before it began\.$"):
        start()


def test_a_process_that_a_persons_own_code_ends_is_told_with_the_pipeline(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "import os\nimport tensorflow as tf\n"
        "def make(how):\n"
        "    def end(number):\n"
        "        os._exit(9) if how == 'exit' else os.abort()\n"
        "    return tf.data.Dataset.range(9).map(lambda x: tf.numpy_function(end, [x], tf.int64))\n"
    )
    for how, ended in (("exit", "ended by itself with exit code 9"), ("abort", "was killed by SIGABRT")):
        worker = start(Case(build_subject(f"{file}:make", [f"how={how!r}"])))
        with pytest.raises(WorkerError) as caught:
            worker.warm_up()
        told = f"make-default-cpu: {file}:make: its process {ended}, perhaps in its own code"
        assert str(caught.value).startswith(told)
