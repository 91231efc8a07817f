"""Pipelines that are trees: pairs that are zipped, mixtures, one after the other, and the same one used twice."""

import tensorflow as tf


def make_numbers(count: int = 40):
    return tf.data.Dataset.range(count)


def make_pairs():
    noise = tf.data.Dataset.random(seed=4).map(lambda number: tf.cast(number % 7, tf.float32))
    return tf.data.Dataset.zip(({"number": make_numbers().shuffle(10)}, noise)).batch(4)


def make_mixture():
    first = make_numbers().map(lambda number: number * 2)
    second = make_numbers(10).repeat()
    return tf.data.Dataset.sample_from_datasets([first, second], weights=[0.7, 0.3], seed=6).batch(5)


def make_blend():
    first = make_numbers().map(lambda number: number * 2)
    return tf.data.Dataset.sample_from_datasets([first, make_numbers(10)], weights=[0.7, 0.3], seed=6).batch(5)


def make_choice():
    choices = tf.data.Dataset.range(2).repeat()
    return tf.data.Dataset.choose_from_datasets([make_numbers(), make_numbers(10)], choices).batch(2)


def make_split():
    numbers = make_numbers().shuffle(40)
    return numbers.take(8).concatenate(numbers.skip(8)).batch(3)


def make_splits():
    numbers = make_numbers()
    return {"train": numbers.take(30).shuffle(30).batch(5), "test": numbers.skip(30).batch(5), "count": 40}


def transform(dataset, factor: int = 2):
    return dataset.unbatch().map(lambda number: number * factor).batch(2)
