"""A description made up by hand, with a stage of every kind that is drawn in its own way."""

from __future__ import annotations

from dataclasses import replace

from reports.record.case import Subject
from reports.record.description import (
    Argument,
    Description,
    ElementBytes,
    FunctionDescription,
    Holding,
    OperationCount,
    Origin,
    RunStage,
    StageDescription,
)

FILE = "/home/me/train.py"
DECODE = FunctionDescription(
    role="map_func",
    name="decode",
    origin=Origin(FILE, 3),
    operations=(OperationCount("DecodeJpeg", 1), OperationCount("PyFunc", 1), OperationCount("RandomUniform", 2)),
    python=("PyFunc",),
    random=("RandomUniform",),
    is_seeded=False,
    stateless_random=(),
    stateful=("LookupTableFindV2",),
)
LAMBDA = replace(DECODE, name="lambda", operations=(), python=(), random=(), is_seeded=None, stateful=())
PATHS = StageDescription(
    number=0,
    name="from_tensor_slices",
    kind="TensorSlice",
    call="list_files",
    origin=Origin(FILE, 7),
    arguments=(),
    is_seeded=None,
    inputs=(),
    inner=(),
    functions=(),
    spec="string",
    num_elements=1600,
    is_endless=False,
    element_bytes=ElementBytes(40.5, 30),
    holding=Holding(0, None, 64_800),
)
READER = replace(
    PATHS,
    number=1,
    name="TFRecordDataset",
    kind="TFRecordDataset",
    call=None,
    arguments=(Argument("buffer_size", None), Argument("compression_type", "GZIP")),
    num_elements=None,
    element_bytes=ElementBytes(2048, 30),
    holding=None,
)
INTERLEAVE = replace(
    READER,
    number=2,
    name="interleave",
    kind="ParallelInterleave",
    origin=Origin(FILE, 8),
    arguments=(Argument("cycle_length", 4), Argument("block_length", 1), Argument("num_parallel_calls", "auto")),
    inputs=(0,),
    inner=(1,),
    functions=(LAMBDA,),
    holding=Holding(4, 2048, 4 * 2**18),
)
MAP = replace(
    INTERLEAVE,
    number=3,
    name="map",
    kind="Map",
    origin=Origin(FILE, 9),
    arguments=(),
    inputs=(2,),
    inner=(),
    functions=(DECODE,),
    spec="(float32[64,64,3], int64)",
    element_bytes=ElementBytes(49_160, 0),
    holding=None,
)
NOISE = replace(
    PATHS,
    number=4,
    name="random",
    kind="Random",
    call=None,
    origin=Origin(FILE, 10),
    arguments=(Argument("seed", 3),),
    is_seeded=True,
    spec="int64",
    num_elements=None,
    is_endless=True,
    element_bytes=ElementBytes(8, 0),
    holding=None,
)
ZIP = replace(
    MAP,
    number=5,
    name="zip",
    kind="Zip",
    origin=Origin(FILE, 11),
    inputs=(3, 4),
    functions=(),
    spec="((float32[64,64,3], int64), int64)",
    element_bytes=ElementBytes(49_168, 0),
)
SHUFFLE = replace(
    ZIP,
    number=6,
    name="shuffle",
    kind="Shuffle",
    origin=Origin(FILE, 12),
    arguments=(Argument("buffer_size", 600), Argument("reshuffle_each_iteration", value=True)),
    is_seeded=False,
    inputs=(5,),
    holding=Holding(600, 49_168),
)
CACHE = replace(
    SHUFFLE,
    number=7,
    name="cache",
    kind="Cache",
    arguments=(Argument("filename", ""),),
    is_seeded=None,
    inputs=(6,),
    holding=Holding(None, 49_168),
)
PREFETCH = replace(
    CACHE,
    number=8,
    name="prefetch",
    kind="Prefetch",
    arguments=(Argument("buffer_size", "auto"),),
    inputs=(7,),
)
DESCRIPTION = Description(
    subject=Subject("pipeline", "make", "train.py:make"),
    tensorflow="2.21.0",
    stages=(PATHS, READER, INTERLEAVE, MAP, NOISE, ZIP, SHUFFLE, CACHE, PREFETCH),
    options=(Argument("deterministic", value=False),),
    program=(
        RunStage("TensorSlice", ()),
        RunStage("TFRecord", ()),
        RunStage("ParallelInterleaveV4(4, auto)", (0, 1)),
        RunStage("Map", (2,)),
        RunStage("Random", ()),
        RunStage("Zip", (3, 4)),
        RunStage("Shuffle(600)", (5,)),
        RunStage("Prefetch(auto)", (6,)),
    ),
    notes=("map: failed while its elements were looked at: no such file",),
)
