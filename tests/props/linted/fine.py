"""Pipelines that look like one with a fault, and have none: what lint must keep silent about."""

import pathlib
import tempfile

import numpy as np
import tensorflow as tf

Dataset = tf.data.Dataset
AUTO = tf.data.AUTOTUNE
X = np.random.default_rng(1).integers(0, 255, (2000, 20, 20), np.uint8)
Y = np.arange(2000) % 10


def _flip(picture, label):
    return tf.image.random_flip_left_right(tf.cast(picture, tf.float32)[..., None]), label


def _write_texts():
    folder = pathlib.Path(tempfile.mkdtemp())
    for number in range(12):
        (folder / f"{number:02}.txt").write_text(f"{number}\n" * 50)
    return folder


def zip_then_shuffle():
    return Dataset.zip((Dataset.from_tensor_slices(X), Dataset.from_tensor_slices(Y))).shuffle(2000).batch(50)


def same_seeds():
    pictures = Dataset.from_tensor_slices(X).shuffle(2000, seed=7)
    return Dataset.zip((pictures, Dataset.from_tensor_slices(Y).shuffle(2000, seed=7))).batch(50)


def mixup():
    one, two = (Dataset.from_tensor_slices((X, Y)).shuffle(2000).batch(50) for _ in range(2))
    return Dataset.zip((one, two)).map(lambda a, b: (tf.maximum(a[0], b[0]), a[1], b[1]), num_parallel_calls=AUTO)


def with_and_without_labels():
    labelled = Dataset.from_tensor_slices((X[:500], Y[:500])).shuffle(500).batch(10)
    return Dataset.zip((Dataset.from_tensor_slices(X).shuffle(2000).batch(40), labelled))


def unpaired_domains():
    return Dataset.zip(
        (Dataset.from_tensor_slices(X[:900]).shuffle(900), Dataset.from_tensor_slices(X[900:]).shuffle(1100))
    )


def numbered():
    return Dataset.zip((Dataset.range(2000), Dataset.from_tensor_slices(X).shuffle(2000))).batch(50)


def files_in_pairs():
    folder = str(_write_texts() / "*.txt")
    inputs, masks = (Dataset.list_files(folder, shuffle=False) for _ in range(2))
    return Dataset.zip((inputs, masks)).shuffle(12).map(lambda a, b: (tf.io.read_file(a), tf.io.read_file(b))).batch(4)


def split_before_shuffle():
    everything = Dataset.from_tensor_slices((X, Y))
    return {"train": everything.skip(400).shuffle(1600).batch(32), "test": everything.take(400).batch(40)}


def split_of_a_fixed_order():
    everything = Dataset.from_tensor_slices((X, Y)).shuffle(2000, seed=1, reshuffle_each_iteration=False)
    return {"train": everything.skip(400).shuffle(1600, seed=2).batch(32), "test": everything.take(400).batch(40)}


def one_part_alone():
    everything = Dataset.from_tensor_slices((X, Y)).shuffle(2000)
    return everything.take(1000).batch(32)


def looked_at():
    everything = Dataset.from_tensor_slices((X, Y)).shuffle(2000)
    for _ in everything.take(1):
        pass
    next(iter(everything.batch(2)))
    return everything.batch(32)


def random_behind_cache():
    return Dataset.from_tensor_slices((X, Y)).cache().shuffle(2000).map(_flip, num_parallel_calls=AUTO).batch(32)


def constant_seed_before_cache():
    pictures = Dataset.from_tensor_slices(X[..., None])
    return pictures.map(lambda x: tf.image.stateless_random_flip_left_right(x, (1, 2))).cache().shuffle(2000).batch(50)


def decoded_into_cache():
    files = Dataset.list_files(str(_write_texts() / "*.txt"), shuffle=False)
    return files.map(lambda name: tf.io.decode_raw(tf.io.read_file(name), tf.uint8)[:90]).cache().shuffle(12).batch(4)


def files_cached_and_shuffled():
    return Dataset.list_files(str(_write_texts() / "*.txt")).map(tf.io.read_file).cache().shuffle(12).batch(4)


def fixed_order_cached():
    return Dataset.range(1000).shuffle(1000, reshuffle_each_iteration=False).cache().batch(10)


def taken_before_cache():
    return Dataset.from_tensor_slices((X, Y)).take(500).cache().shuffle(500).batch(50)


def taken_whole():
    return Dataset.from_tensor_slices((X, Y)).cache().repeat(2).take(3000).batch(50)


def results_used():
    numbers = Dataset.range(1000)
    numbers = numbers.shuffle(1000)
    kept = [numbers.batch(10)]
    return kept[0]


def small_remainder():
    return Dataset.range(1000).batch(96, drop_remainder=True)


def modest_filter():
    return Dataset.range(1000).filter(lambda x: x % 10 != 0).batch(10)


def all_seeded():
    files = Dataset.list_files(str(_write_texts() / "*.txt"), seed=1)
    return files.interleave(tf.data.TextLineDataset, cycle_length=2).shuffle(100, seed=3).batch(10)


def lines_of_shuffled_files():
    files = Dataset.list_files(str(_write_texts() / "*.txt"))
    return files.interleave(tf.data.TextLineDataset, cycle_length=4).shuffle(200).batch(10).prefetch(AUTO)


def shuffled_twice_around_a_cache():
    return Dataset.range(1000).shuffle(1000).cache().shuffle(1000).batch(10)


def shuffled_then_batched():
    return Dataset.from_tensor_slices((X, Y)).shuffle(2000).batch(50).repeat().prefetch(2)


def large_enough():
    return Dataset.from_tensor_slices((X, Y)).shuffle(1900).batch(50)


def a_little_larger():
    return Dataset.from_tensor_slices((X, Y)).shuffle(2048).repeat().batch(50)


def shuffled_shrunk():
    return (
        Dataset.from_tensor_slices((X, Y))
        .map(lambda x, y: (tf.reduce_mean(tf.cast(x, tf.float32)), y))
        .shuffle(2000)
        .batch(9)
    )


def indices():
    table = tf.constant(np.zeros((30000, 1001), np.uint8))
    return Dataset.range(30000).shuffle(30000).batch(100).map(lambda i: tf.gather(table, i)).prefetch(AUTO)


def aligned_slices():
    return Dataset.from_tensor_slices(np.zeros((30000, 1024), np.uint8)).shuffle(30000).batch(100)


def labelled():
    return Dataset.from_tensor_slices((X, Y)).map(lambda x, y: (x[::-1], y)).shuffle(2000).batch(50)


def prefetched_last():
    return Dataset.from_tensor_slices((X, Y)).shuffle(2000).batch(50).prefetch(4)


def buckets():
    rows = Dataset.range(200).map(lambda x: tf.ones([1 + 99 * (x % 2)]))
    return rows.bucket_by_sequence_length(tf.size, [50], [10, 10])


def even_padding():
    return Dataset.range(200).map(lambda x: tf.ones([90 + x % 10])).padded_batch(10)


def endless_and_known():
    return Dataset.range(10).repeat().batch(4)


def windows():
    windows = Dataset.range(100).window(5, shift=1, drop_remainder=True)
    return windows.flat_map(lambda window: window.batch(5, drop_remainder=True)).shuffle(96).batch(8)


def other_options():
    options = tf.data.Options()
    options.deterministic = False
    options.threading.private_threadpool_size = 3
    return Dataset.range(100).batch(10).with_options(options)


def few_files_open():
    names = Dataset.range(100)
    return names.interleave(lambda _: tf.data.TFRecordDataset("x.rec"), cycle_length=16).batch(8)


def bytes_copied():
    return Dataset.from_tensor_slices(X).batch(50).apply(tf.data.experimental.copy_to_device("/cpu:0")).prefetch(1)


def two_draws_for_two_losses():
    one = Dataset.from_tensor_slices((X, Y)).shuffle(2000).batch(25)
    return Dataset.zip((one, Dataset.from_tensor_slices((X[:, ::2], Y)).shuffle(2000).batch(25)))


def made_by_keras():
    numbers = np.arange(1000.0)
    return tf.keras.utils.timeseries_dataset_from_array(numbers, numbers, 10, batch_size=32, shuffle=True)


def augmented_by_keras_behind_a_cache():
    augment = tf.keras.Sequential([tf.keras.layers.RandomFlip(), tf.keras.layers.RandomRotation(0.1)])
    pictures = Dataset.from_tensor_slices(X[..., None].astype(np.float32)).cache().shuffle(2000).batch(50)
    return pictures.map(lambda x: augment(x, training=True), num_parallel_calls=AUTO)


def repeated_draws_before_cache():
    seeds = Dataset.random(seed=4).batch(2).map(lambda seed: tf.cast(seed, tf.int32))
    both = Dataset.zip((Dataset.from_tensor_slices(X[..., None]), seeds))
    return both.map(tf.image.stateless_random_flip_left_right).cache().batch(4)


def seeded_order_and_free_augmentation():
    return Dataset.from_tensor_slices((X, Y)).shuffle(2000, seed=3).map(_flip, num_parallel_calls=AUTO).batch(32)


def part_of_the_data_split_in_three():
    everything = Dataset.from_tensor_slices((X, Y))
    rest = everything.skip(1000)
    train = everything.take(1000).shuffle(1000).batch(20)
    return {"train": train, "test": rest.take(500).batch(20), "val": rest.skip(500)}


def chosen_by_number():
    numbered = Dataset.from_tensor_slices((X, Y)).enumerate().filter(lambda i, _: i % 5 != 0)
    return numbered.map(lambda _, both: both).shuffle(2000).batch(50)


def read_and_left():
    numbers = Dataset.range(1000)
    batches = numbers.batch(10)
    assert batches.element_spec.shape.rank == 1
    return numbers.batch(20)
