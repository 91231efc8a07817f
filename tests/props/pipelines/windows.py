"""Series cut into windows, groups by key, and values that a scan carries along."""

import tensorflow as tf


def make():
    series = tf.data.Dataset.range(60).map(lambda number: tf.cast(number, tf.float32))
    windows = series.window(6, shift=2, drop_remainder=True)
    return windows.flat_map(lambda window: window.batch(6, drop_remainder=True)).shuffle(8, seed=1).batch(3)


def make_groups():
    return tf.data.Dataset.range(30).group_by_window(
        key_func=lambda number: number % 3, reduce_func=lambda _, group: group.batch(5), window_size=5
    )


def make_sums():
    return (
        tf.data.Dataset.range(30).scan(tf.constant(0, tf.int64), lambda total, number: (total + number, total)).batch(4)
    )
