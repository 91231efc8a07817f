"""The command ``mnist-core``: train, evaluate, export and predict. The only module of the package that prints."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from mnist_core.devices.quiet import import_tensorflow
from mnist_core.files.run_kinds import BEST, list_newest
from mnist_core.language.choice import explain_choice
from mnist_core.language.device import DeviceChoice
from mnist_core.language.errors import InputError
from mnist_core.language.named_orderings import NAMED_ORDERINGS, find_ordering
from mnist_core.language.ordering import Ordering
from mnist_core.language.spec import CheckpointFormat, Labels, Loop, ModelName, Normalize, PipelineSpec, TrainSpec
from mnist_core.profiling.window import MAX_STEPS, parse_step_window
from mnist_core.terminal.console import open_console, print_error
from mnist_core.terminal.options import AsJson, Data, name_out
from mnist_core.terminal.schemas import render_json
from mnist_core.terminal.shell import EXIT_BAD_INPUT, build_app, run_app

if TYPE_CHECKING:
    from rich.console import Console

    from mnist_core.digits.ink import Ink

EXIT_FAILED = 1

SUFFIXES = {"savedmodel": "", "litert": ".tflite", "onnx": ".onnx"}
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff")
RUNS = Path("runs")

app = build_app(
    "MNIST from the data to a SavedModel: train, evaluate, export, predict.",
    "mnist-core train && mnist-core evaluate && mnist-core export",
)

Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Also show what TensorFlow logs.")]
Model = Annotated[
    Path | None,
    typer.Argument(
        metavar="MODEL",
        help="A run's folder, a .keras or .h5 file, or a SavedModel. Default: the newest training in runs/.",
        show_default=False,
    ),
]


@app.command(
    epilog="Examples:\n\n"
    "    mnist-core train\n\n"
    "    mnist-core train --model cnn --ordering batch_before_map -o runs/cnn\n\n"
    "    mnist-core train --ordering 'shuffle(1000).map().batch(64).prefetch(auto)'\n\n"
    "    mnist-core train --epochs 1 --profile 100:120 -o runs/profiled"
)
def train(
    data: Data = None,
    model: Annotated[ModelName, typer.Option(help="The post's mlp, a linear one, or a cnn with 99 %.")] = "mlp",
    ordering: Annotated[
        str, typer.Option(metavar="NAME|TEXT", help="A name from `mnist-core orderings`, or stages in tf.data's words.")
    ] = "post",
    epochs: Annotated[int, typer.Option(help="Passes over the training data.")] = 5,
    steps_per_epoch: Annotated[
        int | None, typer.Option(help="Batches in an epoch. Default: one whole pass.", show_default=False)
    ] = None,
    batch_size: Annotated[
        int | None, typer.Option(help="Replaces the number in the ordering's batch().", show_default=False)
    ] = None,
    loop: Annotated[Loop, typer.Option(help="Keras' fit, a tf.function loop, or a plain eager loop.")] = "fit",
    labels: Annotated[Labels, typer.Option(help="One-hot as in the post, or sparse.")] = "onehot",
    normalize: Annotated[Normalize, typer.Option(help="Divide pixels by 255 in map() or in the model.")] = "pipeline",
    learning_rate: Annotated[float, typer.Option(help="Of Adam, to begin with.")] = 0.001,
    checkpoint: Annotated[CheckpointFormat, typer.Option(help="File format of the best model.")] = "keras",
    seed: Annotated[int, typer.Option(help="Of weights, dropout and shuffle.")] = 0,
    device: Annotated[DeviceChoice, typer.Option(help="auto takes a GPU where there is one.")] = "auto",
    out: Annotated[Path | None, name_out("FOLDER", "The run's folder.  [default: runs/ and the model's name]")] = None,
    restart: Annotated[bool, typer.Option("--restart", help="Throw away what an earlier run left in --out.")] = False,
    profile: Annotated[
        str | None,
        typer.Option(
            metavar="START:STOP",
            help=f"Trace these steps of the whole training, {MAX_STEPS} at most, with TensorFlow's profiler.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Train a model and test its best checkpoint.

    The run folder takes the best model, TensorBoard logs and result.json. An interrupted run goes on where it stopped
    when the same command is given again.
    """
    pipeline = PipelineSpec(_choose_ordering(ordering, batch_size), labels, normalize, seed)
    spec = TrainSpec(pipeline, model, epochs, loop, steps_per_epoch, learning_rate, checkpoint, seed)
    window = None if profile is None else parse_step_window(profile)
    messages = _open_messages(as_json=as_json)
    from mnist_core.digits.load import choose_source, load_digits

    source = choose_source(data)
    import_tensorflow(find_devices=True, shows_log=verbose)
    from mnist_core.devices.choose import use_device
    from mnist_core.training.progress import TrainingProgress
    from mnist_core.training.run_folder import RunFolder
    from mnist_core.training.tables import render_trace, render_training
    from mnist_core.training.train import train as train_model

    in_use = use_device(device)
    digits = load_digits(source, say=messages.print)
    folder = RunFolder(out or RUNS / model)
    progress = TrainingProgress(messages, epochs)
    try:
        result = train_model(spec, digits, folder, restart=restart, profile=window, listeners=[progress], device=in_use)
    except KeyboardInterrupt:
        messages.print(f"interrupted: give the same command again, without --restart, to go on in {folder.path}")
        raise
    finally:
        progress.close()
    traces = [render_trace(result.trace)] if result.trace else []
    _print_result("train", result.to_dict(), as_json, render_training(result), *traces)


@app.command(epilog="Examples:\n\n    mnist-core evaluate\n\n    mnist-core evaluate runs/mlp --data synthetic --json")
def evaluate(model: Model = None, data: Data = None, as_json: AsJson = False, verbose: Verbose = False) -> None:
    """Test a model on the test digits: loss, accuracy, a score per digit and the confusion matrix."""
    messages = _open_messages(as_json=as_json)
    from mnist_core.digits.load import choose_source, load_digits

    source = choose_source(data)
    import_tensorflow(find_devices=True, shows_log=verbose)
    from mnist_core.models.classifier import load_classifier
    from mnist_core.training.evaluate import evaluate as evaluate_model
    from mnist_core.training.tables import render_confusion, render_evaluation

    classifier = load_classifier(model or _find_newest_model())
    digits = load_digits(source, say=messages.print)
    result = evaluate_model(classifier, digits.test_images, digits.test_labels)
    described = {"data": {"name": digits.name, "fingerprint": digits.fingerprint}, **result.to_dict()}
    _print_result("evaluate", described, as_json, render_evaluation(result, digits.name), render_confusion(result))


@app.command(
    epilog="Examples:\n\n"
    "    mnist-core export runs/mlp -o models/mnist\n\n"
    "    mnist-core export runs/mlp --format litert -o models/mnist.tflite\n\n"
    "    docker run -p 8501:8501 -v $PWD/models/mnist:/models/model tensorflow/serving"
)
def export(
    model: Annotated[
        Path | None,
        typer.Argument(
            metavar="MODEL",
            help="A run's folder, a .keras or .h5 file. Default: the newest training in runs/.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        name_out(
            "FOLDER|FILE",
            "FOLDER/1/, FOLDER/2/ and so on is made, or FILE.  [default: models/mnist, or models/mnist.tflite, .onnx]",
        ),
    ] = None,
    form: Annotated[
        str, typer.Option("--format", metavar="|".join(SUFFIXES), help="onnx needs the extra onnx.")
    ] = "savedmodel",
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Export a model for TensorFlow Serving, LiteRT or ONNX, and check it against the Keras model.

    The input is raw pixels, 0 to 255, white on black: uint8 under the signature serving_default, float32 under
    serving_float. A SavedModel holds warm-up requests of 1 and 32 pictures for both, which TensorFlow Serving runs when
    it loads the model. Nothing is exported if the probabilities differ by more than 0.00001 or a request fails.
    """
    if form not in SUFFIXES:
        raise InputError(explain_choice("--format", SUFFIXES, form))
    messages = _open_messages(as_json=as_json)
    import_tensorflow(find_devices=True, shows_log=verbose)
    from mnist_core.models.convert import export_litert, export_onnx
    from mnist_core.models.export import ExportError, export_model

    exporters = {"savedmodel": export_model, "litert": export_litert, "onnx": export_onnx}
    try:
        target = out or Path(f"models/mnist{SUFFIXES[form]}")
        result = exporters[form](model or _find_newest_model(), target, say=messages.print)
    except ExportError as error:
        print_error(error)
        raise typer.Exit(EXIT_FAILED) from None
    line = (
        f"{result.path}: signatures {', '.join(result.signatures)}; on {result.num_checked} pictures within "
        f"{result.max_difference:.1g} of the Keras model"
    )
    described = {
        "path": str(result.path),
        "signatures": list(result.signatures),
        "num_checked": result.num_checked,
        "max_difference": result.max_difference,
    }
    _print_result("export", described, as_json, line)


@app.command(epilog="Examples:\n\n    mnist-core predict three.png photo.jpg\n\n    mnist-core predict runs/cnn *.png")
def predict(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="[MODEL] IMAGE...",
            help="The model as for evaluate, by default the newest in runs/; and pictures of one digit each.",
        ),
    ],
    out: Annotated[Path | None, name_out("FILE", "A PNG file of what the model gets to see, side by side.")] = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Read digits from pictures: PNG, JPEG, WebP, BMP, GIF or TIFF.

    The ink is found, be it dark or light, and brought to what MNIST has: scaled to 20 pixels, its centre of mass in
    the middle of 28x28. What is no digit, or may be two, is "not sure". A file that cannot be read is told in a line;
    the exit code is then 2.
    """
    model, images = _split_model(paths)
    found = {path: _load_ink(path) for path in images}
    inks = {path: ink for path, ink in found.items() if ink is not None}
    if inks:
        import_tensorflow(find_devices=True, shows_log=verbose)
        _print_readings(model, inks, out, as_json=as_json)
    if len(inks) < len(found):
        raise typer.Exit(EXIT_BAD_INPUT)


def _load_ink(path: Path) -> Ink | None:
    """The ink on a picture; of a file that cannot be read, one line is printed."""
    from mnist_core.digits.ink import find_ink
    from mnist_core.digits.pictures import load_picture

    try:
        return find_ink(load_picture(path))
    except InputError as error:
        print_error(error)
        return None


def _print_readings(model: Path, inks: dict[Path, Ink], out: Path | None, *, as_json: bool) -> None:
    from mnist_core.digits.pictures import write_side_by_side
    from mnist_core.models.classifier import load_classifier
    from mnist_core.models.reading import read_digits
    from mnist_core.training.tables import render_predictions

    readings = read_digits(load_classifier(model), list(inks.values()))
    if out is not None:
        write_side_by_side(out, [ink.pixels for ink in inks.values()])
    described = [
        {
            "picture": str(path),
            "digit": reading.digit,
            "not_sure": reading.doubt,
            "probabilities": None if reading.ink.doubt else reading.probabilities.tolist(),
        }
        for path, reading in zip(inks, readings, strict=True)
    ]
    _print_result("predict", {"predictions": described}, as_json, render_predictions(list(inks), readings))


@app.command(epilog="Example:\n\n    mnist-core orderings")
def orderings(as_json: AsJson = False) -> None:
    """List the named orderings, for --ordering."""
    from mnist_core.training.tables import render_orderings

    listed = [{"name": each.name, "text": each.text, "meaning": each.meaning} for each in NAMED_ORDERINGS.values()]
    _print_result("orderings", {"orderings": listed}, as_json, render_orderings())


def _choose_ordering(name_or_text: str, batch_size: int | None) -> Ordering:
    ordering = find_ordering(name_or_text)
    return ordering if batch_size is None else ordering.with_batch_size(batch_size)


def _open_messages(*, as_json: bool) -> Console:
    """Where progress goes: to standard error where standard output is for JSON."""
    from rich.console import Console  # which --help can do without

    return Console(stderr=as_json, highlight=False, markup=False, soft_wrap=True)


def _find_newest_model() -> Path:
    found = list_newest(*(f"{RUNS}/*/{name}" for name in BEST))
    if not found:
        raise InputError(f"{RUNS}/ holds no trained model: name one, or make one with mnist-core train.")
    return found[0].parent


def _split_model(paths: list[Path]) -> tuple[Path, list[Path]]:
    """The model and the pictures; the newest model where the first path is a picture already."""
    first, *others = paths
    model, images = (_find_newest_model(), paths) if first.suffix.lower() in PICTURES else (first, others)
    if not images:
        raise InputError(f"give pictures too, such as mnist-core predict {model} three.png.")
    return model, images


def _print_result(schema: str, described: dict[str, Any], as_json: bool, *rendered: Any) -> None:
    if as_json:
        sys.stdout.write(f"{render_json(schema, described)}\n")
        return
    console = open_console()
    for each in rendered:
        console.print(each, soft_wrap=isinstance(each, str), markup=not isinstance(each, str))


def main() -> NoReturn:
    """Run the command; bad input is one line on standard error and exit code 2."""
    run_app(app)
