"""What is said to a worker and what it answers, as lines, and lines that say nothing."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from descriptions import DESCRIPTION

from bench.cases.claims import build_claim_cases
from bench.cases.selection import build_case
from bench.workers.answers import decode_answer, read_answer
from bench.workers.protocol import (
    CaptureTrace,
    Describe,
    Done,
    Failure,
    Introduction,
    Package,
    Pin,
    ReadMemory,
    Ready,
    Start,
    Stop,
    TakeTurn,
    WarmedUp,
    WarmUp,
    decode_request,
    encode,
    find_failure,
)
from reports.record.capture import StepTimes
from reports.record.case import Case, Fitting, Subject
from reports.record.machine import Setting
from reports.record.memory import HeapReading, Memory
from reports.record.program import Choice, DeviceUse, Program
from reports.record.sample import Mixing, Sample

CASE = build_case("post", arm="raw", num_examples=3200)
SAMPLE = Sample(200, 300, 20, 10, 5, 1, 2, 3, contaminated=True, mixing=Mixing(0.5, 0.25))
USE = DeviceUse("gpu", ("cpu", "gpu"), "gpu", "NVIDIA H200", None, 7, xla=True, proof="MatMul on GPU:0")
SETTING = Setting("bars.npz", "f" * 64, (("python", "3.13"), ("numpy", "2")))


@pytest.mark.parametrize(
    "request_",
    [
        Start(CASE, "auto"),
        Start(CASE, "bars.npz", Package("mnist_core", "/base"), 12),
        Start(CASE, "bars.npz", run_in="/mine", turn_limit_s=2.5),
        Describe(Subject("pipeline", "make", "a.py:make", (("arg.size", "3"),)), "auto", 12),
        WarmUp(),
        TakeTurn(),
        ReadMemory(),
        CaptureTrace(Path("/runs/one")),
        Pin(1),
        Stop(),
    ],
)
def test_a_request_arrives_as_it_was_sent(request_) -> None:
    line = encode(request_)
    assert line.endswith(b"}\n")
    assert line.count(b"\n") == 1
    assert decode_request(line) == request_


@pytest.mark.parametrize(
    "answer",
    [
        Ready(SETTING, ("a line", "another"), USE),
        Ready(SETTING, ()),
        Introduction((CASE,), SETTING, ("a line",)),
        WarmedUp(SAMPLE, Program("A > B", (Choice("A", "parallelism", 2),))),
        WarmedUp(SAMPLE, None),
        SAMPLE,
        Memory(1, None, 2, 3, 4, series=(HeapReading(1, 2), HeapReading(3, 4))),
        StepTimes((1, 2), (3, 4)),
        DESCRIPTION,
        Done(),
        Failure("out of\nmemory", bad_input=True),
        Failure("out of luck", bad_input=False, printed="hello\n"),
    ],
)
def test_an_answer_arrives_as_it_was_sent(answer) -> None:
    line = encode(answer)
    assert line.count(b"\n") == 1
    assert decode_answer(line) == answer
    assert find_failure(line) == (answer if isinstance(answer, Failure) else None)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"Epoch 1/5",
        b"[]",
        b"null",
        b"{}",
        b'{"kind": "Print", "text": "x"}',
        b'{"kind": "Start"}',
        b'{"kind": "Done", "more": 1}',
        b'{"kind": "Pin", "case": 1}',
        b'{"kind": "WarmedUp", "sample": null, "program": null}',
        b'{"kind": "WarmedUp", "sample": {"wall_ns": -1}, "program": null}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_what_is_no_message_is_refused(line: bytes) -> None:
    for decode in (decode_request, decode_answer):
        with pytest.raises(ValueError, match=r"."):
            decode(line)


@pytest.mark.parametrize(
    ("stored", "place"),
    [
        ({"kind": "Failure", "reason": 1, "bad_input": False}, r"Expected `str`, got `int` - at `\$\.reason`"),
        (
            {"kind": "StepTimes", "plain_ns": [1, "2"], "profiled_ns": []},
            r"Expected `int`, got `str` - at `\$\.plain_ns",
        ),
        ({**json.loads(encode(SAMPLE)), "wall_ns": 0}, "Sample.wall_ns and Sample.num_examples must be above 0"),
        ({**json.loads(encode(SAMPLE)), "wall_ns": 1.5}, r"Expected `int`, got `float` - at `\$\.wall_ns`"),
    ],
)
def test_a_field_of_an_answer_that_cannot_be_is_named(stored: dict, place: str) -> None:
    with pytest.raises(ValueError, match=place):
        decode_answer(json.dumps(stored).encode())


def test_an_answer_is_no_request_nor_of_another_kind() -> None:
    with pytest.raises(ValueError, match="no request that is known here"):
        decode_request(encode(Done()))
    with pytest.raises(ValueError, match=r"^answered Done, not Sample$"):
        read_answer(encode(Done()), Sample)
    assert json.loads(encode(Done())) == {"kind": "Done"}


ALL = [case for cases in build_claim_cases("all").values() for case in cases]


@pytest.mark.parametrize(
    "case",
    [
        build_case("post"),
        build_case("shuffle(10).batch(8).map()", arm="raw", num_examples=9),
        build_case("post", "emulated", step_ms=2.5),
        Case(build_case("post").subject, "fit", fitting=Fitting(jit_compile=True)),
        *ALL,
    ],
    ids=lambda case: case.id,
)
def test_a_case_arrives_as_it_was_sent(case: Case) -> None:
    assert decode_request(encode(Start(case, "auto"))) == Start(case, "auto")


@pytest.mark.process
def test_a_workers_side_needs_neither_msgspec_nor_any_mnist_core() -> None:
    script = (
        "import sys; import bench.workers.worker, bench.workers.protocol;"
        "print(*sorted({name.partition('.')[0] for name in sys.modules} & {'msgspec', 'mnist_core', 'numpy'}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
