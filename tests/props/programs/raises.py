"""Fails before it consumes anything."""

from pieces import build_examples


def load():
    return build_examples().batch(0)


load()
