"""The rules of errors: what TensorFlow runs without a word, and nobody meant."""

from __future__ import annotations

from reports.lint.finding import Severity
from reports.lint.rule import Rule
from reports.lint.rules import caches, losses, pairs

ERRORS = (
    Rule(
        "torn-pairs",
        Severity.ERROR,
        "a zip of branches that are shuffled each for itself",
        "Each branch draws an order of its own, so a picture meets the label of another. A shuffle that feeds both "
        "branches runs once for each, and so does list_files, which shuffles unless it is told not to.",
        "Both have the same seed and buffer, sizes differ, or every branch has whole examples, as for mixup.",
        "zip((images.shuffle(n), labels.shuffle(n)))",
        "zip((images, labels)).shuffle(n)",
        pairs.find_torn_pairs,
    ),
    Rule(
        "leaking-split",
        Severity.ERROR,
        "take and skip behind a shuffle that draws a new order every epoch",
        "Every iterator draws another order: what take held out in the first epoch, skip gives in the second.",
        "The shuffle has reshuffle_each_iteration=False, a cache is between, or only one part is made.",
        "ds = ds.shuffle(n); test, train = ds.take(k), ds.skip(k)",
        "test, train = ds.take(k), ds.skip(k).shuffle(n - k)",
        pairs.find_leaking_splits,
    ),
    Rule(
        "frozen-random",
        Severity.ERROR,
        "random work before a cache",
        "The cache keeps what the first epoch drew, so the augmentation is the same in every epoch.",
        "The random work is behind the cache, or its seed is a constant.",
        "ds.map(augment).cache()",
        "ds.cache().map(augment)",
        caches.find_frozen_random,
    ),
    Rule(
        "frozen-order",
        Severity.ERROR,
        "a shuffle before a cache, and none behind it",
        "The cache keeps the order too, so every epoch has the same batches.",
        "A shuffle of examples follows, or the shuffle has reshuffle_each_iteration=False.",
        "ds.shuffle(n).cache().batch(b)",
        "ds.cache().shuffle(n).batch(b)",
        caches.find_frozen_order,
    ),
    Rule(
        "partial-cache",
        Severity.ERROR,
        "a cache that is read in part, or never ends",
        "A cache is complete when its end has been read. Where take or a shorter partner of a zip stops before, "
        'TensorFlow throws it away ("did not fully read the dataset being cached") and makes all anew every epoch.',
        "The limit is before the cache, or what stops reads all of it.",
        "ds.cache().take(k)",
        "ds.take(k).cache()",
        caches.find_partly_read,
    ),
    Rule(
        "dropped-result",
        Severity.ERROR,
        "a stage whose result is thrown away",
        "A dataset is never changed in place: ds.shuffle(n) in a line of its own does nothing.",
        "The result is assigned and used, returned, or iterated.",
        "ds.shuffle(n)",
        "ds = ds.shuffle(n)",
        losses.find_dropped_results,
    ),
    Rule(
        "dropped-remainder",
        Severity.ERROR,
        "drop_remainder that loses 5 % of the data or more",
        "What does not fill the last batch is never seen, or, behind a shuffle, not in that epoch.",
        "Less than 5 % is lost, or the size is unknown.",
        "ds.batch(300, drop_remainder=True)  # of 500",
        "ds.batch(250, drop_remainder=True)",
        losses.find_dropped_remainders,
    ),
    Rule(
        "greedy-filter",
        Severity.ERROR,
        "a filter that drops half of what it sees or more",
        "Either the predicate is not meant so, or most of what is read and made is made for nothing.",
        "Less than half of some elements that were looked at is dropped.",
        "ds.map(decode).filter(is_rare)",
        "ds.filter(is_rare).map(decode)",
        losses.find_greedy_filters,
    ),
    Rule(
        "unseeded",
        Severity.ERROR,
        "a random stage without a seed in a pipeline that is to be repeatable",
        "One seed is not enough: list_files, another shuffle or random operation draws others in every run, and a "
        "comparison then compares different examples.",
        "No stage has a seed and --compared is not given, or all have one.",
        "list_files(p).shuffle(n, seed=1)",
        "list_files(p, seed=1).shuffle(n, seed=1)",
        losses.find_unseeded,
    ),
)
