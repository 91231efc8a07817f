"""Trains in a thread, for which the rest waits."""

import threading

from pieces import build_examples, build_model


def train():
    build_model().fit(build_examples().batch(3), verbose=0, epochs=10_000)


threading.Thread(target=train).start()
