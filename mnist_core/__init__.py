"""A complete MNIST program: data, tf.data pipelines, Keras models, training, evaluation, export.

The names below are the public API; what is not among them may move from one version to the next. They are loaded when
they are first asked for, so that orderings can be read and predicted without TensorFlow. The examples of single names
go on with what this one has made.

Example:
    >>> spec = PipelineSpec(parse_ordering("shuffle(60000).map().batch(32).repeat().prefetch(auto)"))
    >>> digits = load_digits()
    >>> dataset = build_dataset(spec, digits.train_images, digits.train_labels)
    >>> model = build_model("linear")
    >>> model.compile("adam", loss="categorical_crossentropy")
    >>> history = model.fit(dataset, steps_per_epoch=20, shuffle=False, verbose=0)

    The same as one call, with checkpoints, logs and resume, and what came of it:

    >>> result = train(TrainSpec(spec, model="linear", epochs=1), digits, RunFolder(Path("runs/linear")))
    >>> classifier = load_classifier(Path("runs/linear"))
    >>> scored = evaluate(classifier, digits.test_images, digits.test_labels)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mnist_core.devices.choose import DeviceInUse as DeviceInUse, use_device as use_device
    from mnist_core.devices.nvidia import read_driver as read_driver
    from mnist_core.devices.placement import (
        Placement as Placement,
        check_placement as check_placement,
        find_placement as find_placement,
        find_tensor_placement as find_tensor_placement,
    )
    from mnist_core.devices.quiet import import_tensorflow as import_tensorflow
    from mnist_core.devices.support import DeviceError as DeviceError
    from mnist_core.devices.versions import describe_versions as describe_versions
    from mnist_core.digits.load import Digits as Digits, load_digits as load_digits
    from mnist_core.files.page_cache import drop_from_page_cache as drop_from_page_cache
    from mnist_core.language.device import Device as Device
    from mnist_core.language.errors import InputError as InputError
    from mnist_core.language.live_bytes import predict_live_bytes as predict_live_bytes
    from mnist_core.language.named_orderings import NAMED_ORDERINGS as NAMED_ORDERINGS, find_ordering as find_ordering
    from mnist_core.language.ordering import Ordering as Ordering, parse_ordering as parse_ordering
    from mnist_core.language.say import Say as Say, say_nothing as say_nothing
    from mnist_core.language.shapes import NUM_CLASSES as NUM_CLASSES, SIDE as SIDE
    from mnist_core.language.spec import ModelName as ModelName, PipelineSpec as PipelineSpec, TrainSpec as TrainSpec
    from mnist_core.language.stage import Cache as Cache, Prefetch as Prefetch, Shuffle as Shuffle
    from mnist_core.models.classifier import load_classifier as load_classifier
    from mnist_core.models.convert import export_litert as export_litert, export_onnx as export_onnx
    from mnist_core.models.export import ExportError as ExportError, export_model as export_model
    from mnist_core.models.model import build_model as build_model
    from mnist_core.pipeline.build import build_dataset as build_dataset
    from mnist_core.pipeline.decode import scale_pixels as scale_pixels
    from mnist_core.pipeline.sources import load_source as load_source
    from mnist_core.profiling.callback import ProfileSteps as ProfileSteps
    from mnist_core.profiling.own_loop import StepProfiler as StepProfiler
    from mnist_core.profiling.window import StepWindow as StepWindow
    from mnist_core.training.evaluate import evaluate as evaluate
    from mnist_core.training.loops import TrainStep as TrainStep
    from mnist_core.training.run_folder import RunFolder as RunFolder
    from mnist_core.training.train import train as train

    __version__: str

_MODULES = {
    "devices.choose": ("DeviceInUse", "use_device"),
    "devices.nvidia": ("read_driver",),
    "devices.placement": ("Placement", "check_placement", "find_placement", "find_tensor_placement"),
    "devices.quiet": ("import_tensorflow",),
    "devices.support": ("DeviceError",),
    "devices.versions": ("describe_versions",),
    "digits.load": ("Digits", "load_digits"),
    "files.page_cache": ("drop_from_page_cache",),
    "language.device": ("Device",),
    "language.errors": ("InputError",),
    "language.live_bytes": ("predict_live_bytes",),
    "language.named_orderings": ("NAMED_ORDERINGS", "find_ordering"),
    "language.ordering": ("Ordering", "parse_ordering"),
    "language.say": ("Say", "say_nothing"),
    "language.shapes": ("NUM_CLASSES", "SIDE"),
    "language.spec": ("ModelName", "PipelineSpec", "TrainSpec"),
    "language.stage": ("Cache", "Prefetch", "Shuffle"),
    "models.classifier": ("load_classifier",),
    "models.convert": ("export_litert", "export_onnx"),
    "models.export": ("ExportError", "export_model"),
    "models.model": ("build_model",),
    "pipeline.build": ("build_dataset",),
    "pipeline.decode": ("scale_pixels",),
    "pipeline.sources": ("load_source",),
    "profiling.callback": ("ProfileSteps",),
    "profiling.own_loop": ("StepProfiler",),
    "profiling.window": ("StepWindow",),
    "training.evaluate": ("evaluate",),
    "training.loops": ("TrainStep",),
    "training.run_folder": ("RunFolder",),
    "training.train": ("train",),
}
_MODULE_OF = {name: f"{__name__}.{module}" for module, names in _MODULES.items() for name in names}
__all__ = ["__version__"]
__all__ += list(_MODULE_OF)


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from mnist_core.language.version import read_version  # noqa: PLC0415  # like every name here, when asked for

        return read_version()
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(_MODULE_OF[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
