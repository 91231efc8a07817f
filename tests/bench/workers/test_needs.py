"""A worker needs the standard library, NumPy and TensorFlow: tried where nothing else of ours can be imported."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.consumers.registry import CONSUMERS

ROOT = Path(__file__).parents[3]
UNNEEDED = ("PIL", "altair", "filelock", "jinja2", "msgspec", "platformdirs", "pytest", "scipy", "typer", "xprof")
MODEL = f"{ROOT}/tests/props/own_model.py:make"
SCRIPT = f"""
import sys

class Refuser:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {UNNEEDED}:
            raise ImportError(f"{{name}} is not needed here")

sys.meta_path.insert(0, Refuser())
from bench.cases.selection import build_case
from bench.consumers.registry import CONSUMERS, build_meter
from bench.subjects.open import open_subject
from bench.workers.protocol import Start, decode_request, encode
from dataclasses import replace
from mnist_core import describe_versions, use_device
from reports.record.case import Fitting

use_device("cpu")
describe_versions()
more = {{"emulated": {{"step_ms": 0.1}}, "fit": {{"fitting": Fitting()}}, "infer": {{"model": "mlp", "batch_size": 2}}}}
more["model"] = {{"model": sys.argv[2]}}
for name, consumer in CONSUMERS.items():
    case = replace(build_case("batch_before_map"), consumer=name, **more.get(name, {{}}))
    case = decode_request(encode(Start(case, sys.argv[1]))).case
    meter = build_meter(case, open_subject(case.subject, sys.argv[1]))
    if consumer.is_timed:
        print(name, meter.measure_turn().num_examples > 0)
    else:
        print(name, meter is not None)
"""


@pytest.mark.process
def test_every_consumer_works_without_what_only_the_parent_needs(digits_file: str) -> None:
    command = [sys.executable, "-c", SCRIPT, digits_file, MODEL]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:-1] == [f"{name} True" for name in CONSUMERS]
