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
    from mnist_core.devices.choose import DeviceInUse, use_device
    from mnist_core.devices.nvidia import read_driver
    from mnist_core.devices.placement import Placement, check_placement, find_placement, find_tensor_placement
    from mnist_core.devices.quiet import import_tensorflow
    from mnist_core.devices.support import DeviceError
    from mnist_core.devices.versions import describe_versions
    from mnist_core.digits.load import Digits, load_digits
    from mnist_core.files.page_cache import drop_from_page_cache
    from mnist_core.language.device import Device
    from mnist_core.language.errors import InputError
    from mnist_core.language.live_bytes import predict_live_bytes
    from mnist_core.language.named_orderings import NAMED_ORDERINGS, find_ordering
    from mnist_core.language.ordering import Cache, Ordering, Prefetch, Shuffle, parse_ordering
    from mnist_core.language.say import Say, say_nothing
    from mnist_core.language.shapes import NUM_CLASSES, SIDE
    from mnist_core.language.spec import ModelName, PipelineSpec, TrainSpec
    from mnist_core.models.classifier import load_classifier
    from mnist_core.models.convert import export_litert, export_onnx
    from mnist_core.models.export import ExportError, export_model
    from mnist_core.models.model import build_model
    from mnist_core.pipeline.build import build_dataset
    from mnist_core.pipeline.decode import scale_pixels
    from mnist_core.pipeline.sources import load_source
    from mnist_core.profiling.callback import ProfileSteps
    from mnist_core.profiling.own_loop import StepProfiler
    from mnist_core.profiling.window import StepWindow
    from mnist_core.training.evaluate import evaluate
    from mnist_core.training.loops import TrainStep
    from mnist_core.training.run_folder import RunFolder
    from mnist_core.training.train import train

    __version__: str

__all__ = [
    "NAMED_ORDERINGS",
    "NUM_CLASSES",
    "SIDE",
    "Cache",
    "Device",
    "DeviceError",
    "DeviceInUse",
    "Digits",
    "ExportError",
    "InputError",
    "ModelName",
    "Ordering",
    "PipelineSpec",
    "Placement",
    "Prefetch",
    "ProfileSteps",
    "RunFolder",
    "Say",
    "Shuffle",
    "StepProfiler",
    "StepWindow",
    "TrainSpec",
    "TrainStep",
    "__version__",
    "build_dataset",
    "build_model",
    "check_placement",
    "describe_versions",
    "drop_from_page_cache",
    "evaluate",
    "export_litert",
    "export_model",
    "export_onnx",
    "find_ordering",
    "find_placement",
    "find_tensor_placement",
    "import_tensorflow",
    "load_classifier",
    "load_digits",
    "load_source",
    "parse_ordering",
    "predict_live_bytes",
    "read_driver",
    "say_nothing",
    "scale_pixels",
    "train",
    "use_device",
]

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
    "language.ordering": ("Cache", "Ordering", "Prefetch", "Shuffle", "parse_ordering"),
    "language.say": ("Say", "say_nothing"),
    "language.shapes": ("NUM_CLASSES", "SIDE"),
    "language.spec": ("ModelName", "PipelineSpec", "TrainSpec"),
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
