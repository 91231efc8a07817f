"""The cases that are measured on every device: copying, training, a whole epoch, and predicting by batch size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bench.cases.orderings import CONTROLLED, NUM_FED_EXAMPLES
from bench.cases.selection import Selection, build_case
from bench.subjects.orderings import describe_ordering
from mnist_core import ModelName, PipelineSpec, parse_ordering
from reports.record.case import Case, Fitting

MODELS: tuple[ModelName, ...] = ("mlp", "cnn")
BATCH_SIZES = (1, 8, 32, 128, 512, 2048)


def build_device_cases(selection: Selection) -> list[Case]:
    """A fast pipeline into each device: copied, copied ahead, trained on in a loop, and by Keras' fit."""
    copied = build_case(CONTROLLED, "copy", num_examples=NUM_FED_EXAMPLES)
    fitted = replace(copied, consumer="fit", fitting=Fitting())
    cases = [copied, replace(copied, consumer="copy_ahead"), replace(copied, consumer="train"), fitted]
    return list(_on_each_device(cases, selection))


def build_inference_cases(selection: Selection) -> list[Case]:
    """Every batch size of both models on each device."""
    cases = [build_inference_case(model, size) for model in MODELS for size in BATCH_SIZES]
    return list(_on_each_device(cases, selection))


def build_inference_case(model: ModelName, batch_size: int) -> Case:
    """A model that takes raw pixels in batches of this size, as the exported one does."""
    spec = PipelineSpec(parse_ordering(f"batch({batch_size})"), labels="sparse", normalize="model")
    subject = describe_ordering(f"{model}_{batch_size}", spec)
    return Case(subject, "infer", model=model, batch_size=batch_size)


def _on_each_device(cases: list[Case], selection: Selection) -> Iterator[Case]:
    return (replace(case, device=device) for case in cases for device in selection.devices)
