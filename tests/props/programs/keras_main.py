"""Keras' fit inside main(), with argparse, and an exception's handler around it."""

import argparse
from pathlib import Path

from pieces import build_examples, build_model


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bs", type=int, required=True)
    args = parser.parse_args()
    train = build_examples().shuffle(12).batch(args.bs)
    held_out = build_examples(4).batch(4)
    try:
        build_model().fit(train, epochs=1000, validation_data=held_out, verbose=0)
    except Exception:
        print("failed")
    Path("trained").touch()


if __name__ == "__main__":
    main()
