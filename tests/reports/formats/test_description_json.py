"""A description as JSON: every field, and what is computed from them."""

import json

from descriptions import DESCRIPTION
from json_docs import check_documented

from reports.formats.description_json import render_description_json


def test_the_names_are_a_promise() -> None:
    check_documented(render_description_json(DESCRIPTION))
    read = json.loads(render_description_json(DESCRIPTION))
    assert list(read) == ["schema", "subject", "tensorflow", "stages", "options", "program", "notes", "others"]
    assert read["schema"] == "mnist-bench/describe/1"
    shuffle = read["stages"][6]
    assert shuffle == {
        "number": 6,
        "name": "shuffle",
        "kind": "Shuffle",
        "call": None,
        "origin": {"file": "/home/me/train.py", "line": 12},
        "arguments": [{"name": "buffer_size", "value": 600}, {"name": "reshuffle_each_iteration", "value": True}],
        "is_seeded": False,
        "inputs": [5],
        "inner": [],
        "functions": [],
        "spec": "((float32[64,64,3], int64), int64)",
        "num_elements": None,
        "is_endless": False,
        "element_bytes": {"mean": 49_168, "num_sampled": 0},
        "holding": {
            "num_elements": 600,
            "element_bytes": 49_168,
            "further_bytes": 0,
            "is_on_disk": False,
            "is_cached": False,
            "num_bytes": 600 * 49_168,
        },
        "is_told": True,
        "loss": None,
        "takes_batches": False,
        "is_dropped": False,
        "bytes_before": {"mean": 49_168, "num_sampled": 0},
    }
    assert read["stages"][0]["bytes_before"] is None
    assert read["stages"][3]["functions"][0]["operations"][0] == {"name": "DecodeJpeg", "count": 1}
    assert read["program"][2] == {"name": "ParallelInterleaveV4(4, auto)", "inputs": [0, 1]}
