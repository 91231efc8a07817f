"""What the gate and the process of a slot say to each other, as lines, and lines that say nothing."""

import json

import pytest

from bench.gate.slot_messages import (
    Done,
    Pin,
    ReadMemory,
    Refusal,
    Remembered,
    Start,
    Stop,
    Taken,
    TakeTurn,
    decode_answer,
    decode_request,
    encode,
)
from bench.gate.staged import StagedCase
from reports.record.record import Mixing, Sample

CASE = StagedCase("post-raw-cpu", "/base", "raw", 3200)
SAMPLE = Sample(200, 300, 20, 10, 5, 1, 2, 3, contaminated=True, mixing=Mixing(0.5, 0.25))


@pytest.mark.parametrize(
    "request_",
    [Start(CASE), TakeTurn(), Pin(1), ReadMemory(CASE), Stop()],
)
def test_a_request_arrives_as_it_was_sent(request_) -> None:
    line = encode(request_)
    assert line.endswith(b"}\n")
    assert line.count(b"\n") == 1
    assert decode_request(line) == request_


@pytest.mark.parametrize(
    "answer",
    [
        Taken(SAMPLE),
        Remembered(None),
        Remembered(12),
        Done(),
        Refusal("out of\nmemory"),
    ],
)
def test_an_answer_arrives_as_it_was_sent(answer) -> None:
    line = encode(answer)
    assert line.count(b"\n") == 1
    assert decode_answer(line) == answer


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
        b'{"kind": "Start", "case": "post-raw-cpu"}',
        b'{"kind": "Done", "more": 1}',
        b'{"kind": "Taken", "sample": null}',
        b'{"kind": "Taken", "sample": {"wall_ns": -1}}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_what_is_no_message_is_refused(line: bytes) -> None:
    for decode in (decode_request, decode_answer):
        with pytest.raises(ValueError, match=r"."):
            decode(line)


def test_an_answer_is_no_request() -> None:
    with pytest.raises(ValueError, match="no message that is known here"):
        decode_request(encode(Done()))
    assert json.loads(encode(Done())) == {"kind": "Done"}
