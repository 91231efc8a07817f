"""``mnist-core`` as a user meets it: what is printed where, exit codes, and one line for wrong input."""

import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from json_docs import check_documented
from PIL import Image
from tensorflow.python.eager.polymorphic_function import polymorphic_function

from mnist_core import cli
from mnist_core.models.classifier import Classifier
from mnist_core.models.export import ExportResult


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path):
    """Run the command in an empty folder; (exit code, standard output, standard error)."""
    monkeypatch.chdir(tmp_path)
    counter = "_frequent_tracing_detector_manager"  # TensorFlow warns of the tracings of all commands in one process
    monkeypatch.setattr(polymorphic_function, counter, type(getattr(polymorphic_function, counter))())

    def run_command(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["mnist-core", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        captured = capfd.readouterr()
        return int(ended.value.code or 0), captured.out, captured.err

    return run_command


TRAIN = (
    *("train", "--model", "linear", "--epochs", "2", "--ordering", "shuffle(200).batch(32).map()"),
    *("--device", "cpu"),
)


def test_from_data_to_prediction(run, digits_file: str, tmp_path: Path) -> None:
    code, out, err = run(*TRAIN, "--data", digits_file)
    assert (code, err) == (0, "")
    assert "epoch 1/2: loss" in out
    assert "epoch 2/2: loss" in out
    assert "test accuracy" in out
    assert "200 + 50 digits of bars.npz (sha256 " in out
    assert "linear by the fit loop, on the cpu, seed 0: shuffle(200).batch(32).map()" in out
    assert (tmp_path / "runs/linear/result.json").is_file()
    assert max(len(line) for line in out.splitlines()) <= 160  # the tables fit 100, free lines wrap in the terminal

    code, out, err = run("evaluate", "runs/linear", "--data", digits_file)
    assert (code, err) == (0, "")
    assert "confusion matrix" in out
    assert "on 50 digits of bars.npz" in out

    Image.fromarray(np.load(digits_file)["x_test"][0]).save("digit.png")
    code, out, err = run("predict", "runs/linear", "digit.png")
    assert (code, err) == (0, "")
    assert "digit.png" in out


def made_classifier(path: Path) -> Classifier:
    """A model that takes everything for a 3, whether it is dark or not."""
    return Classifier(path.name, path, lambda pixels: np.eye(10, dtype=np.float32)[[3] * len(pixels)])


@pytest.fixture
def pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """bar.jpg with a stroke, blank.png without, and text.png, which is none; every model takes all for a 3."""
    bar = np.full((60, 60), 240, np.uint8)
    bar[10:50, 27:33] = 20
    Image.fromarray(bar).save("bar.jpg")
    Image.fromarray(np.full((60, 60), 240, np.uint8)).save("blank.png")
    Path("text.png").write_text("no picture")
    monkeypatch.setattr("mnist_core.models.classifier.load_classifier", made_classifier)


def test_predict_tells_of_every_picture_what_is_sure(run, pictures) -> None:
    code, out, err = run("predict", "any", "bar.jpg", "blank.png")

    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines() if line.endswith((".jpg", ".png"))] == ["3", "not"]
    assert " blank.png: not sure, no ink stands out from the ground\n" in out


def test_predict_gives_a_script_no_digit_that_is_not_sure(run, pictures) -> None:
    code, out, err = run("predict", "any", "bar.jpg", "blank.png", "--json")

    assert (code, err) == (0, "")
    sure, doubted = check_documented(out)["predictions"]
    assert sure == {
        "picture": "bar.jpg",
        "digit": 3,
        "not_sure": None,
        "probabilities": [0, 0, 0, 1, 0, 0, 0, 0, 0, 0],
    }
    assert doubted == {
        "picture": "blank.png",
        "digit": None,
        "not_sure": "no ink stands out from the ground",
        "probabilities": None,
    }


def test_predict_reads_the_others_where_a_file_is_bad(run, pictures) -> None:
    code, out, err = run("predict", "any", "text.png", "bar.jpg", "missing.png")

    assert code == 2
    assert [line.partition(":")[2].split()[0] for line in err.splitlines()] == ["text.png", "missing.png"]
    assert "bar.jpg" in out


def test_predict_shows_what_the_model_gets_to_see(run, pictures) -> None:
    assert run("predict", "any", "bar.jpg", "blank.png", "-o", "seen/all.png")[0] == 0

    with Image.open("seen/all.png") as image:
        seen = np.asarray(image)
    rows, columns = np.nonzero(seen > 127)
    assert seen.shape == (28, 56)
    assert 4 <= rows.min() < rows.max() < 24  # JPEG's edges are soft
    assert 12 <= columns.min() <= columns.max() <= 15  # and nothing of the blank page


def test_json_goes_to_standard_output_and_progress_to_standard_error(run, digits_file: str) -> None:
    code, out, err = run(*TRAIN, "--data", digits_file, "--out", "here", "--json")
    assert code == 0
    result = check_documented(out)
    assert result["spec"]["pipeline"]["ordering"] == "shuffle(200).batch(32).map()"
    assert result == json.loads(Path("here/result.json").read_text())
    device = result["device"]
    assert (device["asked"], device["used"], device["found"][0]) == ("cpu", "cpu", "cpu")
    assert device["proof"] == "MatMul on CPU:0, weights on CPU:0"
    assert "epoch 2/2" in err
    code, out, _ = run("evaluate", "here", "--data", digits_file, "--json")
    evaluated = check_documented(out)
    assert evaluated["accuracy"] == result["test_accuracy"]
    assert evaluated["data"] == result["data"]


def test_a_gpu_that_is_not_there_is_one_line_and_exit_code_2(run, digits_file: str, monkeypatch) -> None:
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda _kind=None: [])
    code, out, err = run(*TRAIN[:-1], "gpu", "--data", digits_file)
    assert (code, out) == (2, "")
    assert err.startswith("error: no GPU here: ")
    assert err.count("\n") == 1
    assert not Path("runs").exists()


@pytest.mark.parametrize("loop", ["fit", "graph", "eager"])
def test_a_profile_ends_with_where_the_trace_is_and_how_to_look_at_it(run, loop: str, digits_file: str) -> None:
    code, out, err = run(*TRAIN, "--data", digits_file, "--loop", loop, "--profile", "8:12", "--out", "my run")
    assert (code, err) == (0, "")
    assert "epoch 2/2" in out, "progress stays"
    assert out.splitlines()[-3:] == [
        " trace of steps 8 to 11; to look at it:",
        "    mnist-report trace 'my run/traces/train'",
        "    tensorboard --logdir 'my run/traces/train'",
    ]
    (file,) = Path("my run/traces/train/plugins/profile").glob("*/*.xplane.pb")
    assert file.stat().st_size > 1000


def test_a_profile_is_part_of_the_json(run, digits_file: str) -> None:
    code, out, _ = run(*TRAIN, "--data", digits_file, "--profile", "8:12", "--out", "here", "--json")
    assert code == 0
    trace = json.loads(out)["trace"]
    assert (Path("here") / trace["file"]).is_file()
    assert trace["num_markers"] == 4


def test_the_docs_tell_what_export_prints(run, monkeypatch: pytest.MonkeyPatch) -> None:
    exported = ExportResult(Path("models/mnist/1"), ("serving_default",), 32, 1e-7)
    asked: list[Path] = []
    monkeypatch.setattr("mnist_core.models.export.export_model", lambda *paths, say: asked.extend(paths) or exported)
    for folder in ("runs/older", "runs/newer"):
        Path(folder).mkdir(parents=True)
        Path(folder, "best.keras").touch()
    os.utime("runs/older/best.keras", (1, 1))
    code, out, err = run("export", "--json")
    assert (code, err) == (0, "")
    assert check_documented(out)["path"] == "models/mnist/1"
    assert asked == [Path("runs/newer"), Path("models/mnist")], "the newest training, and a place for it"


def test_options_reach_the_spec(run, digits_file: str) -> None:
    code, out, _ = run(
        *("train", "--data", digits_file, "--json", "--model", "linear", "--ordering", "post", "--batch-size", "20"),
        *("--epochs", "1", "--steps-per-epoch", "2", "--loop", "eager", "--labels", "sparse", "--normalize", "model"),
        *("--learning-rate", "0.01", "--checkpoint", "h5", "--seed", "5", "--out", "x"),
    )
    assert code == 0
    spec = json.loads(out)["spec"]
    assert spec.pop("pipeline") == {
        "ordering": "shuffle(60000).map().prefetch(320).batch(20).repeat()",
        "labels": "sparse",
        "normalize": "model",
        "seed": 5,
        "source": "arrays",
        "function": "graph",
    }
    assert spec == {
        "model": "linear",
        "epochs": 1,
        "loop": "eager",
        "steps_per_epoch": 2,
        "learning_rate": 0.01,
        "checkpoint": "h5",
        "seed": 5,
    }
    assert Path("x/best.h5").is_file()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("train", "--ordering", "shuffle(0).batch(1).map()"), "shuffle(buffer_size) must be an int >= 1, got 0."),
        (("train", "--ordering", "pots"), "no ordering is named 'pots': did you mean post?"),
        (("train", "--batch-size", "0"), "batch(batch_size) must be an int >= 1, got 0."),
        (("train", "--epochs", "0"), "TrainSpec.epochs must be an int >= 1, got 0."),
        (("train", "--data", "nowhere.npz"), "nowhere.npz"),
        (("train", "--profile", "ten"), "--profile must be START:STOP, whole numbers with START < STOP, such as 20:40"),
        (("train", "--profile", "0:9"), "StepWindow.start must be at least 1, got 0:9: step 0 builds the graph."),
        (("train", "--profile", "1:99"), "StepWindow must have at most 50 steps, got 1:99: give 1:51, say."),
        (("evaluate", "nowhere"), "nowhere does not exist"),
        (("predict", "nowhere", "nothing.png"), "nothing.png does not exist"),
        (("export", "nowhere", "-o", "out"), "nowhere does not exist"),
        (
            ("export", "nowhere", "--format", "pickle"),
            "--format must be one of savedmodel, litert, onnx, got 'pickle'.",
        ),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2(run, arguments: tuple[str, ...], reason: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert reason in err
    assert err.count("\n") == 1
    assert not list(Path().iterdir()), "nothing is left behind"


def test_a_profile_past_the_end_is_one_line_and_nothing_is_begun(run, digits_file: str) -> None:
    code, out, err = run(*TRAIN, "--data", digits_file, "--profile", "10:20")
    assert (code, out) == (2, "")
    assert err == (
        "error: the profiled steps 10:20 go beyond the end of training, which has 14 steps: "
        "give a STOP of at most 14, or train for longer.\n"
    )
    assert not list(Path().iterdir())


def test_an_unknown_option_is_exit_code_2(run) -> None:
    code, _, err = run("train", "--model", "resnet")
    assert code == 2
    assert "resnet" in err


def test_an_interrupt_says_how_to_go_on(run, digits_file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("mnist_core.training.train.train", interrupt)
    code, out, _ = run(*TRAIN, "--data", digits_file)
    assert code == 130
    assert "interrupted: give the same command again, without --restart, to go on in runs/linear" in out


def test_the_named_orderings_are_listed(run) -> None:
    code, out, _ = run("orderings")
    assert code == 0
    assert "shuffle(60000).map().prefetch(320).batch(32).repeat()" in out
    assert max(len(line) for line in out.splitlines()) <= 100
