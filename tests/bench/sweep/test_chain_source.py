"""The chain of a pipeline in a person's source: moved call by call, and all else left as it is."""

import random
import re

import pytest

from bench.sweep.chain_source import Inserted, Kept, Step, list_chains, rewrite

ONE_LINE = b"""import tensorflow as tf

def ledger(seed=None):
    return _lines().map(row).shuffle(10_000, seed=seed).batch(128).prefetch(1)  # as ever
"""
BROKEN = b"""def feathers():
    return (
        tf.data.Dataset.list_files(str(ROOT / "*.jpg"))
        # decode, which takes long
        .map(picture)  # 160 px
        .shuffle(600)
        .batch(
            32,  # fits
        )
    )
"""
HANGING = b"""def stream(seed=None):
    return (_files(seed).repeat().interleave(tf.data.TFRecordDataset, cycle_length=4)
            .map(one).shuffle(1000, seed=seed).batch(64).prefetch(tf.data.AUTOTUNE))
"""


def change(source: bytes, methods: list[str], *steps: Step) -> str:
    (chain,) = [each for each in list_chains(source) if each.ends_with(methods)]
    written = rewrite(chain, steps, len(methods) if len(methods) > len(chain.parts) else len(chain.parts))
    assert written is not None
    return written.decode()


def test_a_chain_on_one_line_keeps_its_arguments_as_they_are_written() -> None:
    methods = ["map", "shuffle", "batch", "prefetch"]
    assert change(ONE_LINE, methods, Kept(1), Kept(2), Kept(0), Kept(3)).splitlines()[3] == (
        "    return _lines().shuffle(10_000, seed=seed).batch(128).map(row).prefetch(1)  # as ever"
    )
    assert change(ONE_LINE, methods, Kept(0), Kept(1), Kept(2)).splitlines()[3] == (
        "    return _lines().map(row).shuffle(10_000, seed=seed).batch(128)  # as ever"
    )


def test_comments_go_with_their_calls_and_line_breaks_stay() -> None:
    written = change(BROKEN, ["list_files", "map", "shuffle", "batch"], Kept(0), Kept(2), Kept(1), Kept(3))
    assert written == (
        BROKEN.decode()
        .replace("        .shuffle(600)\n", "")
        .replace("        # decode", "        .shuffle(600)\n        # decode")
    )


def test_a_stage_that_goes_takes_its_comment_along() -> None:
    written = change(BROKEN, ["list_files", "map", "shuffle", "batch"], Kept(0), Kept(2), Kept(3))
    assert "decode" not in written
    assert "160 px" not in written
    assert "        .shuffle(600)\n        .batch(\n            32,  # fits\n        )\n    )\n" in written


def test_what_is_put_in_and_what_is_added() -> None:
    written = change(
        BROKEN,
        ["list_files", "map", "shuffle", "batch"],
        *(
            Kept(0),
            Kept(1, ("num_parallel_calls", "tf.data.AUTOTUNE")),
            Kept(3),
            Inserted("prefetch(tf.data.AUTOTUNE)"),
        ),
    )
    assert "        .map(picture, num_parallel_calls=tf.data.AUTOTUNE)  # 160 px\n        .batch(\n" in written
    assert "            32,  # fits\n        )\n        .prefetch(tf.data.AUTOTUNE)\n    )\n" in written


def test_calls_that_stand_elsewhere_stay_there() -> None:
    """Of eight calls the expression holds the last six: another function makes the first two."""
    methods = ["repeat", "interleave", "map", "shuffle", "batch", "prefetch"]
    (chain,) = [each for each in list_chains(HANGING) if each.ends_with(methods)]
    steps = [Kept(number) for number in (0, 1, 2, 3, 5, 6, 4, 7)]
    written = rewrite(chain, steps, 8)
    assert written is not None
    assert b"            .shuffle(1000, seed=seed).batch(64).map(one).prefetch(tf.data.AUTOTUNE))\n" in written
    assert rewrite(chain, [Kept(number) for number in (1, 0, 2, 3, 4, 5, 6, 7)], 8) is None, "not in this expression"


@pytest.mark.parametrize(
    "call",
    [
        "map()",
        "map(f)",
        "map(f,)",
        "map(\n  f,  # why\n)",
        "map(lambda x: (x, 1))",
        "map(f, name='é')",
        "map(*f, **g)",
        "map(f, deterministic=False)",
        "map(f, deterministic=(\n  False), name='é')",
    ],
)
def test_arguments_are_added_wherever_a_call_ends(call: str) -> None:
    source = f"d = make().{call}.batch(2)\n".encode()
    written = change(source, ["map", "batch"], Kept(0, ("deterministic", "True")), Kept(1))
    assert written.count("True") == 1
    assert "False" not in written
    compile(written, "made.py", "exec")


@pytest.mark.parametrize(
    "source",
    [
        b"d = (make().map(f)).batch(2)\n",  # a bracket in between
        b"d = make() \\\n  .map(f) \\\n  .batch(2)\n",
        "d = make('é').map(f)\\\n  .batch(2)  # ü\n".encode(),
        b"d = make().map(f).batch(2)",
        b"d = make().map(f)\r\nd = d.batch(2)\r\n",
        b"f(make().map(f)  # here\n  .batch(2), 3)\n",
        b"f(make().map(f).batch(2)  # here\n  , 3)\n",
    ],
)
def test_what_comes_out_can_be_parsed_or_nothing_does(source: bytes) -> None:
    for chain in list_chains(source):
        if chain.ends_with(["map", "batch"]):
            written = rewrite(chain, [Kept(1), Kept(0)] if len(chain.parts) == 2 else [], len(chain.parts))
            if written is not None:
                compile(written, "made.py", "exec")
                assert written.index(b".batch") < written.index(b".map")


GAPS = ("", "\n    ", "\n        ", "\n    # above é\n    ", "  # behind\n    ", "\n\n    ")
CALLS = ("a()", "b(1,\n      2)", "c(x=3)", "d('é')", "e(lambda v: (v, 1))", "f(g(1).h(2),)", "a(2)")
ENDS = ("", "  # last", "\n    ")


@pytest.mark.parametrize("seed", range(200))
def test_any_order_of_any_chain_is_that_order_and_nothing_else_changes(seed: int) -> None:
    shuffler = random.Random(seed)  # noqa: S311
    written = [(shuffler.choice(GAPS), shuffler.choice(CALLS)) for _ in range(shuffler.randint(1, 6))]
    end = shuffler.choice(ENDS)
    chain_text = "".join(f"{gap}.{call}" for gap, call in written)
    source = f"import os  # é\nx = (start(0){chain_text}{end}\n)  # after\ny = 1\n".encode()
    chain = max(list_chains(source), key=lambda each: len(each.parts) if each.line == 2 else 0)
    assert len(chain.parts) == len(written)
    order = list(range(len(written)))
    shuffler.shuffle(order)
    changed = rewrite(chain, [Kept(number) for number in order], len(written))
    assert changed is not None
    assert changed.startswith(b"import os  # \xc3\xa9\nx = (start(0)")
    assert changed.endswith(b")  # after\ny = 1\n")
    assert sorted(re.findall(rb"#[^\n]*", changed)) == sorted(re.findall(rb"#[^\n]*", source)), "no comment is lost"
    again = max(list_chains(changed), key=lambda each: len(each.parts) if each.line == 2 else 0)
    assert [part.text for part in again.parts] == [chain.parts[number].text for number in order]
    if order == sorted(order):
        assert changed == source
