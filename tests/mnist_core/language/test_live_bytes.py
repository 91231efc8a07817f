"""Predicted bytes by hand, and the two exceptions to popular advice."""

import pytest

from mnist_core.language.live_bytes import copied_share, predict_live_bytes
from mnist_core.language.ordering import parse_ordering
from mnist_core.language.spec import PipelineSpec

# bookkeeping: 31 for a place in a shuffle, 19 in a cache; 47 for a tensor, 81 for what owns a payload
RAW = 2 * (47 + 81) + 784 * 0.75 + 1 * (63 / 64)  # a quarter of the pictures begin at a multiple of 64 bytes
MAPPED = 2 * (47 + 81) + 28 * 28 * 4 + 10 * 4


def predict(text: str, num_examples: int = 60000, **choices) -> int:
    return predict_live_bytes(PipelineSpec(parse_ordering(text), **choices), num_examples)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("map().batch(32)", 0),
        ("shuffle(60000).map().batch(32)", 60000 * (31 + RAW)),
        ("map().shuffle(60000).batch(32)", 60000 * (31 + MAPPED)),
        ("range().shuffle(60000).batch(32).map()", 60000 * (31 + 47 + 81 + 8)),
        ("batch(32).shuffle(2000).map()", 1875 * (31 + 2 * 128 + 32 * 785)),
        ("cache().map().batch(32)", 60000 * (19 + RAW)),
        ("map().cache().batch(32)", 60000 * (19 + MAPPED)),
        ("map().batch(32).prefetch(7)", 7 * (31 + 2 * 128 + 32 * (3136 + 40))),
        ("shuffle(9).map().batch(32).prefetch(auto)", 9 * (31 + RAW) + 2 * (31 + 2 * 128 + 32 * (3136 + 40))),
        ("range().batch(32).map().prefetch(1)", 31 + 2 * 128 + 32 * (3136 + 40)),
    ],
)
def test_elements_times_payload_and_bookkeeping(text: str, expected: float) -> None:
    assert predict(text) == round(expected)


def test_a_shuffle_behind_a_cache_shares_its_payload() -> None:
    cached = predict("map().cache().batch(32)")
    assert predict("map().cache().shuffle(60000).batch(32)") - cached == 60000 * (31 + 2 * 47)
    # with a map in between it does not
    assert predict("cache().map().shuffle(60000).batch(32)") > predict("cache().map().batch(32)") + 60000 * 3000


@pytest.mark.parametrize(
    ("num_bytes", "share"),
    [(1, 63 / 64), (63, 63 / 64), (64, 0), (65, 63 / 64), (784, 0.75), (832, 0), (3136, 0), (32, 0.5)],
)
def test_slices_whose_size_is_a_multiple_of_64_bytes_are_not_copied(num_bytes: int, share: float) -> None:
    assert copied_share(num_bytes) == share


@pytest.mark.parametrize(("buffer", "held"), [(199, 199), (200, 200), (201, 200), (10**12, 200)])
def test_a_buffer_never_holds_more_than_one_pass(buffer: int, held: int) -> None:
    assert predict(f"shuffle({buffer}).map().batch(32)", 200) == round(held * (31 + RAW))


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("shuffle(599).repeat().map().batch(32)", 599),
        ("shuffle(600).repeat().map().batch(32)", 600),
        ("shuffle(601).repeat().map().batch(32)", 600),
        ("shuffle(1000).repeat(2).map().batch(32)", 400),
        ("shuffle(1000).map().batch(32).repeat()", 200),
    ],
)
def test_a_shuffle_fused_with_repeat_holds_up_to_three_passes(text: str, held: int) -> None:
    assert predict(text, 200) == round(held * (31 + RAW))


def test_what_the_map_makes_decides() -> None:
    onehot, sparse = (predict("map().shuffle(100).batch(2)", labels=labels) for labels in ("onehot", "sparse"))
    assert onehot - sparse == 100 * (40 - 8)
    raw = predict("map().shuffle(100).batch(2)", normalize="model")
    assert raw == round(100 * (31 + 2 * 128 + 784 * 0.75 + 40))
    assert predict("shuffle(100).batch(2)", labels="sparse", normalize="model") == round(100 * (31 + RAW))


def test_what_the_source_gives_decides_before_the_map() -> None:
    label = 128 + 63 / 64
    assert predict("shuffle(100).map().batch(2)", source="floats") == round(100 * (31 + 128 + label))  # all aligned
    assert predict("shuffle(100).map().batch(2)", source="png") == round(100 * (31 + 128 + label))  # shared characters
    spec = PipelineSpec(parse_ordering("shuffle(100).map().batch(2)"), source="tfrecord")
    assert predict_live_bytes(spec, 200, file_bytes=830) == 100 * (31 + 128 + 40 + 830)
    assert predict("map().shuffle(100).batch(2)", source="png") == 100 * (31 + 2 * 128 + 3136 + 40)


@pytest.mark.parametrize(("text", "held"), [("repeat(2)", 400), ("repeat(3)", 500), ("repeat()", 500)])
def test_a_buffer_behind_a_repeat_holds_several_passes(text: str, held: int) -> None:
    assert predict(f"{text}.shuffle(500).map().batch(32)", 200) == round(held * (31 + RAW))
