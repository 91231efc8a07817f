"""A description as it is drawn for a terminal of 80 columns, whole; and what its parts say."""

from dataclasses import replace

import pytest
from descriptions import CACHE, DECODE, DESCRIPTION, INTERLEAVE, LAMBDA, MAP, PATHS, PREFETCH, SHUFFLE, ZIP

from reports.drawing.text import render_text
from reports.record.description import Argument, ElementBytes, Holding, Origin, StageDescription
from reports.tables.description import tabulate_description
from reports.tables.stage_text import list_remarks, write_stage
from reports.tables.stage_tree import Branch, draw_tree

REMARK = "decode at train.py:3: runs Python (PyFunc); random, no seed (RandomUniform); has state (LookupTableFindV2)"
TEXT = """
make: an unknown number of elements of 48.0 KiB
 ((float32[64,64,3], int64), int64)
as written in train.py

  stage                            line  elements     bytes each          holds
 ──────────────────────────────────────────────────────────────────────────────
  ┌ from_tensor_slices()              7     1,600          ~40 B       63.3 KiB
  │   string; in list_files
  │ ┌ each: TFRecordDataset(          7         ?       ~2.0 KiB
  │ │   compression_type=GZIP)
  │ │   string
  │ └ interleave(lambda,              8         ?       ~2.0 KiB        1.0 MiB
  │     cycle_length=4,                               from ~40 B
  │     num_parallel_calls=auto)
  │ map(decode)                       9         ?       48.0 KiB
  │   (float32[64,64,3], int64);                   from ~2.0 KiB
  │   decode at train.py:3: runs
  │   Python (PyFunc); random, no
  │   seed (RandomUniform); has
  │   state (LookupTableFindV2)
  ├ random(seed=3)                   10   endless            8 B
  │   int64
  └ zip()                            11         ?       48.0 KiB
      ((float32[64,64,3], int64),
      int64)
  shuffle(600)                       12         ?       48.0 KiB       28.1 MiB
    no seed
  cache()                            12         ?       48.0 KiB   ? x 48.0 KiB
  prefetch(auto)                     12         ?       48.0 KiB    auto x 48.0
                                                                            KiB

 bytes each: of an element, and of one before the stage where that differs; ~ is
 the mean of some that were seen
 holds: a buffer or cache when it is full, arrays that it begins with, what is
 read ahead of open files

 In memory when full: 29.2 MiB, cache (? x 48.0 KiB) and prefetch (auto x 48.0
 KiB).
 Python: decode.
 Random: decode.
 Stateful: decode.
 Options: deterministic=False.

as TensorFlow 2.21.0 runs it
 ┌ ┌ TensorSlice
 │ ├ TFRecord
 │ └ ParallelInterleaveV4(4, auto)
 │ Map
 ├ Random
 └ Zip
 Shuffle(600)
 Prefetch(auto)
 map: failed while its elements were looked at: no such file.
"""


def test_the_whole_description() -> None:
    assert render_text(tabulate_description(DESCRIPTION), columns=80) == TEXT.strip("\n")


def test_stages_of_several_files_are_told_with_theirs() -> None:
    elsewhere = replace(
        DESCRIPTION, stages=(PATHS, replace(SHUFFLE, number=1, inputs=(0,), origin=Origin("/b/c.py", 1)))
    )
    lines = render_text(tabulate_description(elsewhere)).splitlines()
    assert "as written" in lines
    assert any(line.split()[:2] == ["shuffle(600)", "c.py:1"] for line in lines)


def test_a_dataset_of_which_little_is_known() -> None:
    bare = replace(PATHS, call=None, origin=None, num_elements=None, element_bytes=None, holding=None)
    text = render_text(tabulate_description(replace(DESCRIPTION, stages=(bare,), options=(), program=(), notes=())))
    assert text.startswith("make: an unknown number of elements of ?\n")
    assert "In memory" not in text
    assert "runs it" not in text


def test_what_stands_further_up_already_is_not_drawn_again() -> None:
    feeds = {0: (), 1: (0,), 2: (0,), 3: (1, 2)}
    lines = draw_tree(3, lambda place: [Branch(each, is_main=len(feeds[place]) == 1) for each in feeds[place]])
    assert [(line.lead, line.place, line.is_again) for line in lines] == [
        ("┌ ", 0, False),
        ("│ ", 1, False),
        ("├ ", 0, True),
        ("│ ", 2, False),
        ("└ ", 3, False),
    ]


@pytest.mark.parametrize(
    ("stage", "text"),
    [
        (PATHS, "from_tensor_slices()"),
        (INTERLEAVE, "interleave(lambda, cycle_length=4, num_parallel_calls=auto)"),
        (MAP, "map(decode)"),
        (ZIP, "zip()"),
        (SHUFFLE, "shuffle(600)"),
        (CACHE, "cache()"),
        (replace(CACHE, arguments=(Argument("filename", "kept/words"),)), "cache(kept/words)"),
        (PREFETCH, "prefetch(auto)"),
        (replace(SHUFFLE, arguments=(Argument("buffer_size", 5), Argument("seed", 0))), "shuffle(5, seed=0)"),
        (replace(ZIP, name="repeat", arguments=(Argument("count", -1),)), "repeat()"),
        (replace(ZIP, name="take", arguments=(Argument("count", 7),)), "take(7)"),
        (replace(ZIP, name="window", arguments=(Argument("size", 4), Argument("shift", 4))), "window(4)"),
        (replace(ZIP, name="window", arguments=(Argument("size", 4), Argument("shift", 1))), "window(4, shift=1)"),
        (replace(ZIP, name="padded_batch", arguments=(Argument("padded_shapes", "([-1], [])"),)), "padded_batch()"),
        (
            replace(ZIP, name="padded_batch", arguments=(Argument("padded_shapes", "[-1, 4]"),)),
            "padded_batch(padded_shapes=[-1, 4])",
        ),
        (
            replace(ZIP, name="choose_from_datasets", arguments=(Argument("stop_on_empty_dataset", value=True),)),
            "choose_from_datasets()",
        ),
        (replace(ZIP, name="dataset", kind="Variant"), "the dataset that is given"),
    ],
)
def test_a_stage_is_written_as_a_person_would(stage: StageDescription, text: str) -> None:
    assert write_stage(stage) == text


@pytest.mark.parametrize(
    ("stage", "remarks"),
    [
        (PATHS, ["in list_files"]),
        (SHUFFLE, ["no seed"]),
        (replace(SHUFFLE, is_seeded=True), []),
        (replace(MAP, functions=(LAMBDA,)), []),
        (
            MAP,
            [REMARK],
        ),
        (
            replace(MAP, functions=(replace(DECODE, python=(), stateful=(), is_seeded=True, origin=None),)),
            ["decode: random, seeded (RandomUniform)"],
        ),
        (
            replace(MAP, functions=(replace(LAMBDA, stateless_random=("StatelessRandomUniformV2",)),)),
            ["lambda at train.py:3: random by a given seed (StatelessRandomUniformV2)"],
        ),
    ],
)
def test_what_is_remarked_of_a_stage(stage: StageDescription, remarks: list[str]) -> None:
    assert list(list_remarks(stage)) == remarks


@pytest.mark.parametrize(
    ("holding", "num_bytes"),
    [
        (Holding(0, None, 12), 12),
        (Holding(3, 2.5, 1), 9),
        (Holding(None, 2.5, 1), None),
        (Holding(3, None, 1), None),
    ],
)
def test_what_is_held_is_only_told_where_all_of_it_is_known(holding: Holding, num_bytes: int | None) -> None:
    assert holding.num_bytes == num_bytes


def test_the_bytes_before_a_stage_are_those_of_its_only_input() -> None:
    assert DESCRIPTION.find_bytes_before(MAP) == ElementBytes(2048, 30)
    assert DESCRIPTION.find_bytes_before(ZIP) is None
    assert DESCRIPTION.find_bytes_before(PATHS) is None
