"""Everything that a GPU case does, on a second logical CPU: copies, steps, predictions, and where they really ran.

Whatever runs on CPU:0 here although CPU:1 was named would run on the CPU although a GPU was named.
"""

import multiprocessing
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from easy_digits import make_digits
from forked import ACCELERATOR, call_forked, call_with_two_cpus
from meters import make_meter

import mnist_core
import mnist_core.devices.placement
from bench.cases.devices import build_device_cases, build_inference_case
from bench.cases.selection import Selection
from bench.consumers import step as consumers
from bench.consumers.copy import CopyingIterator, copy_ahead
from bench.consumers.epochs import EpochMeter
from bench.consumers.infer import count_calls
from bench.machine.device import PIPELINE_ALONE, ComputeDevice, open_device, prove_use
from bench.subjects.orderings import describe_ordering
from bench.workers.answers import decode_answer
from bench.workers.protocol import Answer, Failure, Start, encode
from bench.workers.worker import serve
from mnist_core.devices.choose import DeviceInUse, read_gpu_support
from mnist_core.devices.placement import Placement, check_placement, find_placement
from mnist_core.devices.support import DeviceError, GpuSupport, explain_fallback
from mnist_core.language.ordering import parse_ordering
from mnist_core.language.spec import PipelineSpec
from mnist_core.pipeline.build import build_dataset
from mnist_core.training.loops import TrainStep
from reports.record.case import Case, Fitting

ON = ComputeDevice(ACCELERATOR)
LEARNT = PipelineSpec(parse_ordering("shuffle(200).batch(20).map()"))
DIGITS = make_digits(200, 50)
ON_GPU = Selection(devices=("gpu",))


def iterate(consumer: str) -> EpochMeter:
    return make_meter(Case(describe_ordering("x", LEARNT), consumer), DIGITS, device=ON)


def place_and_measure(consumer: str) -> tuple[Placement | None, int, int | None, int]:
    meter = iterate(consumer)
    placement, sample = meter.find_placement(), meter.measure_turn()
    return placement, sample.num_examples, sample.unsynced_ns, sample.wall_ns


@pytest.mark.process
@pytest.mark.parametrize("consumer", ["copy", "copy_ahead"])
def test_batches_are_copied_to_the_device_that_was_named(consumer: str) -> None:
    placement, num_examples, unsynced_ns, wall_ns = call_with_two_cpus(place_and_measure, consumer)
    assert placement == Placement((("copy", "CPU:1"),))
    assert num_examples == 200
    assert 0 < unsynced_ns <= wall_ns


@pytest.mark.process
@pytest.mark.parametrize("consumer", ["step", "train"])
def test_a_training_step_computes_on_the_device_that_was_named(consumer: str) -> None:
    placement, num_examples, unsynced_ns, _ = call_with_two_cpus(place_and_measure, consumer)
    assert placement == Placement((("MatMul", "CPU:1"),))
    assert num_examples == 200
    assert (unsynced_ns is None) == (consumer == "step"), "each step is waited for"


@pytest.mark.process
@pytest.mark.parametrize("consumer", ["drain", "python"])
def test_nothing_is_claimed_of_what_does_not_compute(consumer: str) -> None:
    assert call_with_two_cpus(place_and_measure, consumer)[0] is None


def list_variable_devices() -> set[str]:
    made: list[TrainStep] = []

    class Kept(TrainStep):
        def __init__(self, *args, **choices) -> None:
            super().__init__(*args, **choices)
            made.append(self)

    consumers.TrainStep = Kept
    iterate("train").measure_turn()
    (step,) = made
    own = (step.model, step.model.optimizer, step.loss, step.accuracy)
    return {shorten(variable.value.device) for each in own for variable in each.variables}


def shorten(device: str) -> str:
    return device.rpartition("device:")[2]


@pytest.mark.process
def test_weights_and_the_optimizers_moments_lie_on_the_device_that_was_named() -> None:
    assert call_with_two_cpus(list_variable_devices) == {"CPU:1"}


def predict(model: str, batch_size: int) -> tuple[Placement, int, list[int]]:
    meter = make_meter(build_inference_case(model, batch_size), DIGITS, device=ON)
    placement, sample = meter.find_placement(), meter.measure_turn()
    return placement, sample.num_examples, [sample.first_batch_ns, sample.unsynced_ns, sample.wall_ns]


@pytest.mark.process
@pytest.mark.parametrize(("model", "batch_size"), [("mlp", 64), ("cnn", 32)])
def test_a_model_predicts_on_the_device_that_was_named(model: str, batch_size: int) -> None:
    placement, num_examples, times_ns = call_with_two_cpus(predict, model, batch_size)
    convolutions = {"mlp": [], "cnn": [("Conv2D", "CPU:1")]}[model]
    assert placement == Placement((*convolutions, ("MatMul", "CPU:1")))
    assert num_examples == batch_size * count_calls(batch_size), "also with fewer pictures than a batch has"
    assert times_ns == sorted(times_ns)


def fit_without_a_device(fitting: Fitting) -> tuple[set[str], bool, int]:
    meter = make_meter(Case(describe_ordering("x", LEARNT), "fit", fitting=fitting), DIGITS)
    placement = meter.find_placement()
    return {device for _, device in placement.places}, placement.xla, meter.measure_turn().num_examples


@pytest.mark.process
@pytest.mark.parametrize(
    "fitting",
    [Fitting(), Fitting(steps_per_execution=3), Fitting(from_arrays=True), Fitting(jit_compile=True)],
    ids=["plain", "steps", "arrays", "jit"],
)
def test_fit_says_where_it_computes_and_whether_by_xla(fitting: Fitting) -> None:
    devices, xla, num_examples = call_with_two_cpus(fit_without_a_device, fitting)
    assert devices == {"CPU:0"}
    assert xla is (fitting.jit_compile is True)
    assert num_examples == 200


def fit_elsewhere() -> str:
    """Keras chooses the device of its step itself: the model lies on CPU:1, and what is multiplied is on CPU:0."""
    meter = make_meter(Case(describe_ordering("x", LEARNT), "fit", fitting=Fitting()), DIGITS, device=ON)
    with pytest.raises(DeviceError) as caught:
        check_placement(meter.find_placement(), ACCELERATOR)
    return str(caught.value)


@pytest.mark.process
def test_a_model_on_the_device_that_is_trained_elsewhere_is_found_out() -> None:
    message = call_with_two_cpus(fit_elsewhere)
    assert message.startswith("asked for CPU:1, but ran ")
    assert " on CPU:0" in message
    assert message.endswith(f": {explain_fallback(read_gpu_support())}.")


def multiply_elsewhere() -> Placement:
    """A tf.device in the middle: the result is on CPU:1, the work was done on CPU:0."""

    def compute(matrix: tf.Tensor) -> tf.Tensor:
        with tf.device("CPU:0"):
            product = tf.linalg.matmul(matrix, matrix)
        with tf.device("CPU:1"):
            return tf.identity(product)

    return find_placement(lambda: tf.function(compute, autograph=False)(tf.ones((8, 8))))


@pytest.mark.process
def test_the_device_of_a_result_is_not_taken_for_that_of_the_work() -> None:
    placement = call_with_two_cpus(multiply_elsewhere)
    assert placement == Placement((("MatMul", "CPU:0"),))


def place_twice() -> None:
    function = tf.function(lambda: tf.linalg.matmul(tf.ones((2, 2)), tf.ones((2, 2))), autograph=False)
    function()
    find_placement(lambda: None)


@pytest.mark.process
def test_where_nothing_was_seen_nothing_is_proved() -> None:
    with pytest.raises(AssertionError, match="RuntimeError: no Conv2D or MatMul was seen"):
        call_with_two_cpus(place_twice)


def iterate_datasets() -> list[str]:
    with tf.device(ACCELERATOR):  # as a user's scope would have it; tensorflow #71744 without any
        dataset = build_dataset(LEARNT, DIGITS.train_images, DIGITS.train_labels)
        plain = iter(dataset)
    copied = iter(copy_ahead(dataset, ACCELERATOR))
    taken = CopyingIterator(iter(dataset), ACCELERATOR)
    tensors = [dataset._variant_tensor, next(plain)[0], *next(copied), *next(taken)]
    return [shorten(tensor.backing_device) for tensor in tensors]


@pytest.mark.process
def test_datasets_are_on_the_cpu_whatever_is_in_scope_and_only_batches_are_copied() -> None:
    assert call_with_two_cpus(iterate_datasets) == ["CPU:0", "CPU:0", *["CPU:1"] * 4]


class GateClock:
    """Notes when it is read, and lets the third call's work be done only after the third reading."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.gate = threading.Event()

    def work(self, _pictures: np.ndarray) -> np.ndarray:
        if self.log.count("work done") >= 2:
            self.gate.wait(GATE_LIMIT_S)
        self.log.append("work done")
        return np.zeros((512, 10), np.float32)

    def wall_ns(self) -> int:
        self.log.append("clock read")
        if self.log.count("clock read") == 3:
            self.gate.set()
        return len(self.log)

    def cpu_ns(self) -> int:
        return 0


GATE_LIMIT_S = 5.0  # only a call that does not return before its work is done waits so long


def predict_behind_a_gate() -> tuple[list[str], list[int]]:
    """Calls return before their work is done, as on a GPU."""
    tf.config.experimental.set_synchronous_execution(False)
    clock = GateClock()
    meter = make_meter(build_inference_case("mlp", 512), DIGITS, clock, device=ON)
    meter._predict = tf.function(
        lambda pictures: tf.numpy_function(clock.work, [pictures], tf.float32), autograph=False
    )
    meter._num_calls = 2
    sample = meter.measure_turn()
    return clock.log, [sample.first_batch_ns, sample.unsynced_ns, sample.wall_ns]


@pytest.mark.process
def test_the_error_that_a_missing_synchronisation_would_make_is_measured() -> None:
    log, times_ns = call_with_two_cpus(predict_behind_a_gate)
    assert log[0] == "work done", "the call that is not timed"
    assert log[1:] == ["clock read", "work done", "clock read", "clock read", "work done", "clock read"]
    assert times_ns == [2, 3, 5], "the clock counts the entries: without waiting the turn would have ended at 3"


IN_USE = DeviceInUse("gpu", ("cpu", "gpu"), "gpu", "NVIDIA H200", "580.159.03", 7)


def test_the_record_says_what_was_proved() -> None:
    use = prove_use(IN_USE, Placement((("MatMul", "GPU:0"), ("Conv2D", "GPU:0")), xla=True))
    assert (use.asked, use.found, use.used, use.xla) == ("gpu", ("cpu", "gpu"), "gpu", True)
    assert (use.model, use.driver, use.memory_bytes) == ("NVIDIA H200", "580.159.03", 7)
    assert use.proof == "MatMul on GPU:0, Conv2D on GPU:0"
    use = prove_use(DeviceInUse("cpu", ("cpu", "gpu"), "cpu"), None)
    assert (use.used, use.xla, use.proof) == ("cpu", None, PIPELINE_ALONE)


@pytest.mark.parametrize(
    ("support", "reason"),
    [
        (GpuSupport(None, True, None), "no NVIDIA driver is loaded (nvidia-smi must list the GPU)"),
        (GpuSupport("1", False, None), "this TensorFlow was built without CUDA (pip install 'tensorflow[and-cuda]')"),
        (GpuSupport("1", True, ""), "CUDA_VISIBLE_DEVICES='' hides it (unset it)"),
        (GpuSupport("1", True, None), "an operation without a GPU kernel, or a tf.device around it"),
    ],
)
def test_a_gpu_case_that_ran_on_the_cpu_is_an_error_with_the_usual_reasons(
    support: GpuSupport, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mnist_core.devices.placement, "read_gpu_support", lambda: support)
    for places in ((("MatMul", "CPU:0"),), (("Conv2D", "GPU:0"), ("MatMul", "CPU:0"))):
        with pytest.raises(DeviceError) as caught:
            prove_use(IN_USE, Placement(places))
        assert str(caught.value) == f"asked for GPU:0, but ran {Placement(places)}: {reason}."


def serve_without_a_gpu(case: Case, source: str, folder: str) -> Answer:
    """The first answer of a worker that takes its GPU for granted: TensorFlow itself falls back to the CPU silently."""
    tf.config.set_visible_devices([], "GPU")
    mnist_core.use_device = lambda _asked: IN_USE
    mnist_core.devices.placement.read_gpu_support = lambda: GpuSupport(None, True, "-1")
    ours, theirs = multiprocessing.Pipe()
    threading.Thread(target=serve, args=(theirs, Path(folder) / "stderr"), daemon=True).start()
    ours.send_bytes(encode(Start(case, source)))
    return decode_answer(ours.recv_bytes())


@pytest.mark.process
@pytest.mark.parametrize(
    "case", [*build_device_cases(ON_GPU), build_inference_case("cnn", 8)], ids=lambda case: case.id
)
def test_a_worker_that_fell_back_to_the_cpu_fails_instead_of_measuring(case: Case, digits_file, tmp_path) -> None:
    on_gpu = replace(case, device="gpu")
    answer = call_forked(serve_without_a_gpu, on_gpu, digits_file, str(tmp_path))
    assert isinstance(answer, Failure)
    what = {"copy": "copy", "copy_ahead": "copy", "infer": "Conv2D on CPU:0, MatMul"}.get(case.consumer, "MatMul")
    reasons = "no NVIDIA driver is loaded (nvidia-smi must list the GPU); CUDA_VISIBLE_DEVICES='-1' hides it (unset it)"
    assert answer == Failure(f"asked for GPU:0, but ran {what} on CPU:0: {reasons}.", bad_input=False)


def test_the_first_of_a_kind_is_opened() -> None:
    assert (open_device("cpu").name, open_device("gpu").name) == ("CPU:0", "GPU:0")
    assert open_device("gpu").wait is tf.test.experimental.sync_devices
