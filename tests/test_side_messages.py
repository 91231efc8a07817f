"""What the gate and the process of a revision say to each other, as lines, and lines that say nothing."""

import json

import pytest

from bench.harness.side_messages import (
    Described,
    DescribeSetting,
    Done,
    Offer,
    OfferCases,
    OfferedCase,
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
from reports.record import Mixing, Sample, Setting

SAMPLE = Sample(200, 300, 20, 10, 5, 1, 2, 3, contaminated=True, mixing=Mixing(0.5, 0.25))


@pytest.mark.parametrize(
    "request_",
    [OfferCases("raw", 3200), DescribeSetting(), Start("post-raw-cpu"), TakeTurn(), Pin(1), ReadMemory("a"), Stop()],
)
def test_a_request_arrives_as_it_was_sent(request_) -> None:
    line = encode(request_)
    assert line.endswith(b"}\n")
    assert line.count(b"\n") == 1
    assert decode_request(line) == request_


@pytest.mark.parametrize(
    "answer",
    [
        Offer((OfferedCase("post-raw-cpu", "batch(2)", "{}"),), "a/b.py"),
        Described(Setting("mnist", "ab" * 32, (("python", "3.11.7"),)), ("two\nlines",)),
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
