"""Builds two datasets and ends."""

from pieces import build_examples

examples = build_examples()
train = examples.shuffle(12).batch(4)
held_out = examples.batch(6)
