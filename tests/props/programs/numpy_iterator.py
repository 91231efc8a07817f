"""Arrays from a dataset."""

from pieces import build_examples

print(sum(len(features) for features, _ in build_examples().batch(5).as_numpy_iterator()))
