"""The lines beside the answer: claims, noise, the digits, the record and what to type next, and the other parts."""

from pathlib import Path

import page_runs
import pytest
from case_records import change
from records import FAST, POST, make_case, make_record

from reports.answer.claims import tell_claims
from reports.answer.closing import Kept, locate, tell_failed, tell_next, tell_noise, tell_setting_briefly
from reports.answer.parts import tell_parts
from reports.claims.claim import Claim
from reports.claims.verdict import ClaimVerdict, Ruling
from reports.drawing.blocks import join_words
from reports.summary.noise import Noise, NoiseKind
from reports.summary.summary import summarize

CLAIM = {"sentence": "a sentence", "source": "somebody", "metric": "time", "case": "a", "to": "b", "at_most": 1.0}


def judge(kind: Ruling, name: str) -> ClaimVerdict:
    return ClaimVerdict(Claim(name, **CLAIM), kind)


def test_claims_are_counted_and_those_that_were_decided_are_named() -> None:
    verdicts = [
        judge(Ruling.REFUTED, "C2"),
        judge(Ruling.HOLDS, "C1a"),
        judge(Ruling.NOT_RUN, "C4"),
        judge(Ruling.HOLDS, "C3"),
        judge(Ruling.INCONCLUSIVE, "C5"),
    ]
    assert tell_claims(verdicts) == ["what people say: 2 hold (C1a C3), 1 refuted (C2), 1 inconclusive, 1 not run"]
    assert tell_claims(verdicts, named=()) == ["what people say: 2 hold, 1 refuted, 1 inconclusive, 1 not run"]
    assert tell_claims(verdicts[:1]) == ["what people say: 1 refuted (C2)"]
    assert tell_claims([judge(Ruling.NOT_RUN, "C4")]) == []
    assert tell_claims([]) == []


def test_noise_is_one_word_and_its_reason() -> None:
    noise = Noise(NoiseKind.NOISY, "equal cases differed by up to 20 %")
    assert [join_words(line) for line in tell_noise(noise)] == ["this run is noisy: equal cases differed by up to 20 %"]
    assert tell_noise(None) == []


def test_digits_and_machine_are_one_line() -> None:
    assert (
        tell_setting_briefly(summarize(make_record())) == "digits: mnist.npz (sha256 0123456789ab); Test CPU, 2 cores"
    )


def test_what_failed_is_counted() -> None:
    assert tell_failed(0) == []
    assert tell_failed(1) == ["1 case failed, of which nothing is here: see above"]


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        (
            Kept(Path("runs/b/record.json"), is_newest=True),
            "mnist-report page (pictures), mnist-report show (all tables)",
        ),
        (Kept(Path("my.json")), "mnist-report page my.json (pictures), mnist-report show my.json (all tables)"),
        (Kept(Path("a/record.json"), shows_all=True), "mnist-report page a (pictures)"),
    ],
)
def test_the_next_commands_name_the_run_unless_it_is_the_newest(kept: Kept, shown: str) -> None:
    assert tell_next(kept) == [f"record: {kept.file}", f"next: {shown}"]


def test_a_run_is_shown_as_a_person_in_this_folder_types_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        (tmp_path / "runs" / name).mkdir(parents=True)
        (tmp_path / "runs" / name / "record.json").touch()
    assert locate(tmp_path / "runs/b/record.json") == Kept(Path("runs/b/record.json"), is_newest=True)
    assert locate(Path("runs/b")) == Kept(Path("runs/b/record.json"), is_newest=True)
    assert locate(Path("runs/a"), 2) == Kept(Path("runs/a/record.json"), 2)
    assert locate(Path("/elsewhere/my.json")) == Kept(Path("/elsewhere/my.json"))


def test_each_part_of_a_run_has_a_line() -> None:
    assert tell_parts(page_runs.make_summary()) == [
        "training step on the cpu: post, 5.818k [5.818k, 5.818k] examples/s",
        "1 of 2 keep an accelerator with a 2 ms step 90% busy for sure",
        "inference of the mlp: mlp_32, 100.0k [100.0k, 100.0k] examples/s",
        "memory: close_second holds least, 10.0 MiB; fast most, 200 MiB",
        "shuffling: buffer_100 moves examples farthest, 0.25 of a uniform permutation",
    ]


def test_devices_are_told_by_consumer_and_beside_the_cpu() -> None:
    copied = [change(each, group="devices", consumer="copy") for each in (POST, FAST)]
    on_gpu = change(make_case("fast", [25] * 6, FAST.ordering), group="devices", consumer="copy", device="gpu")
    assert tell_parts(summarize(make_record(*copied, on_gpu))) == [
        "cpu, copy: fastest fast, 20k [18k, 22k] examples/s",
        "the gpu beside the cpu: copy 2.0 [1.8, 2.2] times as fast",
    ]
    trained = change(POST, group="devices", consumer="train")
    by_gpu = change(make_case("post", [25] * 6, POST.ordering), group="devices", consumer="train", device="gpu")
    assert tell_parts(summarize(make_record(*copied, trained, on_gpu, by_gpu)))[2:] == [
        "the gpu beside the cpu: train 4.0 [3.6, 4.4], copy 2.0 [1.8, 2.2] times as fast",
    ]
    assert tell_parts(summarize(make_record(on_gpu))) == ["gpu, copy: fast, 40.00k [40.00k, 40.00k] examples/s"]
