"""A loop at module level, which trains nothing."""

from pieces import build_examples

total = 0
batches = build_examples().batch(5)
for features, _ in batches:
    total += len(features)
