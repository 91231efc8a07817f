"""CPU beside GPU, from recorded turns: literal tables, no ranking across devices, and which device it was."""

from dataclasses import replace
from pathlib import Path

import pytest
from case_records import change, make_case_record

from reports.drawing.text import render_text
from reports.record.file import load_record
from reports.record.machine import Machine, Setting
from reports.record.program import DeviceUse
from reports.record.record import CaseRecord, Record
from reports.record.sample import Sample, Turn
from reports.summary.metric import UNSYNCED_EXCESS
from reports.summary.summary import summarize
from reports.tables.all_tables import tabulate_run
from reports.tables.devices import tabulate_devices, tabulate_inference
from reports.tables.notes import tell_devices

SETTING = Setting("mnist.npz", "0123456789abcdef" * 4, (("python", "3.11.7"),))
MILLISECOND = 1_000_000
CPU_USE = DeviceUse("cpu", ("cpu", "gpu"), "cpu", None, None, None, False, "MatMul on CPU:0")
GPU_USE = DeviceUse("gpu", ("cpu", "gpu"), "gpu", "NVIDIA H200", "580.159.03", 150754820096, False, "MatMul on GPU:0")
USES = {"cpu": CPU_USE, "gpu": GPU_USE}
NOISE = {"cpu": (1.0, 1.01, 0.99, 1.02, 0.98, 1.0), "gpu": (1.0, 0.99, 1.01, 1.0, 0.98, 1.02)}


def make_case(name: str, consumer: str, device: str, wall_ms: float, unsynced: float | None = 1.0, **choices):
    """Six turns around `wall_ms`, of which the share `unsynced` had passed when the last call returned."""

    def sample(scale: float) -> Sample:
        wall_ns = round(wall_ms * scale * MILLISECOND)
        unsynced_ns = None if unsynced is None else round(wall_ns * unsynced)
        return Sample(wall_ns, 1, 2 * MILLISECOND, 4096, unsynced_ns=unsynced_ns)

    turns = tuple(Turn(number, sample(scale)) for number, scale in enumerate(NOISE[device]))
    fields = {"consumer": consumer, "device": device, "group": "devices", "device_use": USES[device], **choices}
    return make_case_record(name, "batch(32)", SETTING, turns, **fields)


def predicted(model: str, size: int, device: str, wall_ms: float, unsynced: float = 1.0) -> CaseRecord:
    choices = (("normalize", "model"), ("model", model), ("batch_size", str(size)))
    case = make_case(f"{model}_{size}", "infer", device, wall_ms, unsynced, choices=choices)
    return replace(case, group="inference")


def draw(parts: list, columns: int = 100) -> str:
    return render_text(parts, columns)


def record(*cases: CaseRecord) -> Record:
    return Record(cases, Machine("Test CPU", 2, "Linux"), "2026-11-25T10:00:00")


def lines(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip() and "──" not in line]


INFERENCE = record(
    *(predicted("mlp", size, "cpu", wall_ms) for size, wall_ms in ((1, 40), (32, 40), (128, 40))),
    *(predicted("mlp", size, "gpu", wall_ms, 0.5) for size, wall_ms in ((1, 80), (32, 40), (128, 10))),
    *(predicted("cnn", size, "cpu", 400) for size in (1, 128)),
    predicted("cnn", 1, "gpu", 500, 0.8),
    predicted("cnn", 128, "gpu", 800, 0.8),
)


def test_inference_has_devices_side_by_side_and_says_where_the_gpu_starts_to_win() -> None:
    assert lines(draw(tabulate_inference(summarize(INFERENCE)))) == [
        "inference of the mlp",
        "batch cpu examples/s latency gpu examples/s latency gpu to cpu",
        "1 102k [100k, 104k] 2.0 ms 51.2k [50.2k, 52.2k] 2.0 ms 0.500 [0.490, 0.510]",
        "32 102k [100k, 104k] 2.0 ms 102k [100k, 104k] 2.0 ms 1.00 [0.980, 1.02]",
        "128 102k [100k, 104k] 2.0 ms 410k [402k, 418k] 2.0 ms 4.00 [3.92, 4.08]",
        "inference of the cnn",
        "batch cpu examples/s latency gpu examples/s latency gpu to cpu",
        "1 10.2k [10.0k, 10.4k] 2.0 ms 8.19k [8.03k, 8.36k] 2.0 ms 0.800 [0.784, 0.816]",
        "128 10.2k [10.0k, 10.4k] 2.0 ms 5.12k [5.02k, 5.22k] 2.0 ms 0.500 [0.490, 0.510]",
        "latency: of one call alone, from the pictures on the host to the answer on the host",
        "the gpu predicts the cnn faster at no batch size up to 128",
        "the gpu predicts the mlp faster from batch size 128 on; not to be told at 32",
        "without synchronisation the cpu would seem up to 0 [0, 0] % too fast (mlp_1)",
        "without synchronisation the gpu would seem up to 100 [100, 100] % too fast (mlp_1)",
        "on a CPU a call returns when it is done; on a GPU when its work is queued",
    ]


def test_inference_on_one_device_has_no_winner() -> None:
    text = draw(tabulate_inference(summarize(record(*INFERENCE.cases[:3]))))
    assert "gpu" not in text
    assert lines(text)[1] == "batch cpu examples/s latency"
    gpu_alone = draw(tabulate_inference(summarize(record(*INFERENCE.cases[3:6]))))
    assert "faster" not in gpu_alone
    assert lines(gpu_alone)[1] == "batch gpu examples/s latency"


def test_sizes_that_only_one_device_has_stand_there_and_decide_nothing() -> None:
    text = draw(tabulate_inference(summarize(record(*INFERENCE.cases[1:6]))))  # the CPU has no size 1
    assert "1 51.2k [50.2k, 52.2k] 2.0 ms" in lines(text)
    assert "the gpu predicts the mlp faster from batch size 128 on; not to be told at 32" in lines(text)


def test_turns_of_different_groups_are_not_paired() -> None:
    cpu, gpu = INFERENCE.cases[2], replace(INFERENCE.cases[5], group="another run")
    assert "faster" not in draw(tabulate_inference(summarize(record(cpu, gpu))))


DEVICES = record(
    make_case("batch_before_map", "copy", "cpu", 40),
    make_case("batch_before_map", "copy", "gpu", 20, 0.8),
    make_case("batch_before_map", "train", "cpu", 400),
    make_case("batch_before_map", "train", "gpu", 100, 0.25),
    make_case("batch_before_map", "fit", "cpu", 400, None),
)


def test_each_device_has_a_table_of_its_own() -> None:
    assert lines(draw(tabulate_devices(summarize(DEVICES)))) == [
        "into the cpu",
        "ordering and consumer examples/s first unsynced %",
        "batch_before_map copy 102k [100k, 104k] 2.0 ms 0 [0, 0]",
        "batch_before_map train 10.2k [10.0k, 10.4k] 2.0 ms 0 [0, 0]",
        "batch_before_map fit 10.2k [10.0k, 10.4k] 2.0 ms",
        "into the gpu",
        "ordering and consumer examples/s first unsynced % ratio to cpu",
        "batch_before_map copy 205k [201k, 209k] 2.0 ms 25 [25, 25] 2.00 [1.96, 2.04]",
        "batch_before_map train 41.0k [40.2k, 41.8k] 2.0 ms 300 [300, 300] 4.00 [3.92, 4.08]",
        "copy: each batch to the device as it is taken; copy_ahead: earlier; train: a loop; fit: Keras' own",
        "unsynced: by how much too fast a turn would seem whose end does not wait for the device",
        "on a CPU a call returns when it is done; on a GPU when its work is queued",
    ]


@pytest.mark.parametrize(("unsynced", "excess"), [(1.0, 0.0), (0.5, 1.0), (0.8, 0.25)])
def test_the_error_is_the_speed_that_would_have_been_shown(unsynced: float, excess: float) -> None:
    estimate = summarize(record(make_case("a", "train", "gpu", 100, unsynced))).cases[0].find(UNSYNCED_EXCESS)
    assert estimate is not None
    assert estimate.median == pytest.approx(excess)
    assert estimate.count == 6
    assert summarize(record(make_case("a", "fit", "gpu", 100, None))).cases[0].find(UNSYNCED_EXCESS) is None


def test_the_device_is_told_with_its_model_driver_memory_and_xla() -> None:
    compiled = replace(GPU_USE, xla=True, proof="Conv2D on GPU:0, MatMul on GPU:0")
    cases = (*DEVICES.cases, make_case("batch_before_map", "fit", "gpu", 90, None, device_use=compiled))
    cpu, gpu = tell_devices(summarize(record(*cases)))
    assert cpu == "cpu: asked for, found among cpu, gpu, and used; XLA off; seen: MatMul on CPU:0"
    what = "NVIDIA H200, driver 580.159.03, 140 GiB; XLA on for fit; seen: Conv2D on GPU:0, MatMul on GPU:0"
    assert gpu == f"gpu: asked for, found among cpu, gpu, and used; {what}"
    unknown = replace(GPU_USE, driver=None, memory_bytes=None, xla=None, proof="only the pipeline ran")
    lines = tell_devices(summarize(record(make_case("a", "copy", "gpu", 1, device_use=unknown))))
    assert lines == ["gpu: asked for, found among cpu, gpu, and used; NVIDIA H200; XLA off"]


def test_no_ranking_mixes_devices() -> None:
    walls_ms = {"cpu": 400, "gpu": 200}
    post = [replace(make_case("post", "drain", device, wall), group="orderings") for device, wall in walls_ms.items()]
    fast = [replace(make_case("fast", "drain", device, 100), group="orderings") for device in ("cpu", "gpu")]
    step = [replace(make_case("post", "step", device, 100), group="training") for device in ("cpu", "gpu")]
    busy = [
        replace(case, turns=tuple(replace(t, sample=replace(t.sample, busy_ns=1)) for t in case.turns)) for case in step
    ]
    text = draw(tabulate_run(summarize(record(*post, fast[1], *busy))))
    cpu, gpu = text.split("default arm, gpu")
    assert "default arm, cpu" in cpu
    assert "fast" not in cpu.split("ratio to post")[1], "the fast one is the GPU's"
    assert "* post" in cpu
    assert "* fast" in gpu
    assert "2.0 ms 2.000 [2.000, 2.000]" in " ".join(gpu.split()), "to the post on the GPU, not to that on the CPU"
    assert "feeding a training step of the mlp, cpu" in text
    assert "feeding a training step of the mlp, gpu" in text


@pytest.mark.parametrize("columns", [80, 100])
def test_the_widest_rows_are_not_cut_off(columns: int) -> None:
    inference = [] if columns < 100 else tabulate_inference(summarize(INFERENCE))
    text = draw([*tabulate_devices(summarize(DEVICES)), *inference], columns)
    assert "…" not in text
    assert max(len(line) for line in text.splitlines()) <= columns


def test_records_of_old_formats_tell_nothing_of_devices() -> None:
    for name in ("format1.json", "format2.json"):
        old = summarize(load_record(Path(__file__).parents[1] / "stored" / name))
        assert (tabulate_devices(old), tabulate_inference(old), tell_devices(old)) == ([], [], [])
        draw(tabulate_run(old))


@pytest.mark.parametrize("choices", [(), (("model", "mlp"),), (("model", "mlp"), ("batch_size", "many"))])
def test_a_prediction_without_its_batch_size_is_left_out(choices) -> None:
    case = change(predicted("mlp", 1, "cpu", 40), choices=choices)
    assert summarize(record(case)).predictions == ()
    assert tabulate_inference(summarize(record(case))) == []
