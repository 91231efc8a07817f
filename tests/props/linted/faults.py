"""Pipelines with one fault each; the name of the function begins with the rule's."""

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


def torn_pairs_of_arrays():
    pictures = Dataset.from_tensor_slices(X).shuffle(2000)
    labels = Dataset.from_tensor_slices(Y).shuffle(2000)
    return Dataset.zip((pictures, labels)).batch(50)


def torn_pairs_after_maps():
    pictures = Dataset.from_tensor_slices(X).shuffle(2000).batch(20).map(lambda x: tf.cast(x, tf.float16) / 255)
    labels = Dataset.from_tensor_slices(Y).shuffle(2000).batch(20)
    return Dataset.zip((pictures, labels)).prefetch(AUTO)


def torn_pairs_of_files():
    folder = str(_write_texts() / "*.txt")
    inputs, masks = Dataset.list_files(folder), Dataset.list_files(folder)
    return Dataset.zip((inputs.map(tf.io.read_file), masks.map(tf.io.read_file))).batch(4)


def torn_pairs_of_one_shuffle():
    both = Dataset.from_tensor_slices((X, Y)).shuffle(2000)
    return Dataset.zip((both.map(lambda x, y: x), both.map(lambda x, y: y))).batch(20)


def torn_pairs_of_one_branch():
    return Dataset.zip((Dataset.from_tensor_slices(X).shuffle(2000), Dataset.from_tensor_slices(Y))).batch(50)


def leaking_split():
    everything = Dataset.from_tensor_slices((X, Y)).shuffle(2000)
    test, train = everything.take(400), everything.skip(400)
    return {"train": train.batch(32), "test": test.batch(40)}


def leaking_split_with_a_seed():
    everything = Dataset.from_tensor_slices((X, Y)).shuffle(2000, seed=4).map(lambda x, y: (x, y + 1))
    train = everything.take(1600).batch(32)
    rest = everything.skip(1600)
    return {"train": train, "test": rest.take(200).batch(40), "val": rest.skip(200).batch(40)}


def leaking_split_by_shards():
    everything = Dataset.range(1000).shuffle(1000)
    return {"train": everything.shard(2, 0).batch(10), "test": everything.shard(2, 1).batch(10)}


def leaking_split_of_two_shuffles():
    everything = Dataset.range(1000)
    return {
        "train": everything.shuffle(1000).skip(100).batch(10),
        "test": everything.shuffle(1000).take(100).batch(10),
    }


def frozen_random():
    return Dataset.from_tensor_slices((X, Y)).map(_flip, num_parallel_calls=AUTO).cache().shuffle(2000).batch(32)


def frozen_random_in_a_file():
    folder = tempfile.mkdtemp()
    noisy = Dataset.range(500).map(lambda i: tf.cast(i, tf.float32) + tf.random.normal([]), num_parallel_calls=AUTO)
    return noisy.batch(10).cache(f"{folder}/noise").prefetch(1)


def frozen_random_by_keras():
    augment = tf.keras.Sequential([tf.keras.layers.RandomFlip(), tf.keras.layers.RandomRotation(0.1)])
    pictures = Dataset.from_tensor_slices(X[..., None].astype(np.float32))
    return pictures.batch(50).map(lambda x: augment(x, training=True), num_parallel_calls=AUTO).cache()


def frozen_random_by_drawn_seeds():
    seeds = Dataset.random(rerandomize_each_iteration=True).batch(2)
    both = Dataset.zip((Dataset.from_tensor_slices(X[..., None]), seeds))
    return (
        both.map(lambda x, seed: tf.image.stateless_random_flip_left_right(x, tf.cast(seed, tf.int32))).cache().batch(4)
    )


def frozen_order():
    return Dataset.from_tensor_slices((X, Y)).shuffle(2000).cache().batch(32).prefetch(AUTO)


def frozen_order_of_batches():
    return Dataset.from_tensor_slices((X, Y)).shuffle(2000).batch(50).cache().shuffle(40).prefetch(AUTO)


def frozen_order_of_files():
    return Dataset.list_files(str(_write_texts() / "*.txt")).map(tf.io.read_file).cache().batch(4)


def partial_cache():
    return Dataset.from_tensor_slices((X, Y)).cache().take(500).batch(50)


def partial_cache_of_batches():
    return Dataset.from_tensor_slices((X, Y)).cache().batch(32).take(10)


def partial_cache_by_zip():
    return Dataset.zip((Dataset.from_tensor_slices(X).cache(), Dataset.range(100))).batch(10)


def partial_cache_without_end():
    return Dataset.range(1000).repeat().cache().batch(10)


def dropped_result():
    numbers = Dataset.range(1000)
    numbers.shuffle(1000)
    return numbers.batch(10)


def dropped_result_of_a_chain():
    numbers = Dataset.range(1000)
    (numbers.map(lambda x: x * 2).repeat(2))
    return numbers.batch(10)


def dropped_result_in_a_name():
    numbers = Dataset.range(1000)
    shuffled = numbers.shuffle(1000)  # noqa: F841  # the fault
    return numbers.batch(10)


def dropped_remainder():
    return Dataset.range(500).batch(300, drop_remainder=True)


def dropped_remainder_of_all():
    return Dataset.range(20).shuffle(20).batch(32, drop_remainder=True)


def greedy_filter():
    return Dataset.range(1000).filter(lambda x: x % 10 == 0).batch(10)


def unseeded():
    folder = str(_write_texts() / "*.txt")
    return Dataset.list_files(folder).interleave(tf.data.TextLineDataset, cycle_length=2).shuffle(100, seed=3).batch(10)


def redundant_shuffle():
    return Dataset.list_files(str(_write_texts() / "*.txt")).map(tf.io.read_file).shuffle(12).batch(4)


def redundant_shuffle_before():
    return Dataset.from_tensor_slices((X, Y)).shuffle(100).shuffle(2000).batch(20)


def redundant_shuffle_of_batches():
    return Dataset.from_tensor_slices((X, Y)).shuffle(2000).batch(20).shuffle(100)


def shuffle_after_batch():
    return Dataset.from_tensor_slices((X, Y)).batch(50).shuffle(40).prefetch(AUTO)


def small_shuffle():
    return Dataset.from_tensor_slices((X, Y)).shuffle(100).batch(50)


def oversized_shuffle():
    return Dataset.range(1000).shuffle(20000).batch(50)


def oversized_shuffle_over_epochs():
    return Dataset.from_tensor_slices((X, Y)).shuffle(6000).repeat(3).batch(50)


def repeat_before_shuffle():
    return Dataset.from_tensor_slices((X, Y)).repeat(5).shuffle(10000).batch(50)


def array_shuffle():
    table = np.zeros((30000, 1001), np.uint8)
    return Dataset.from_tensor_slices((table, np.arange(30000))).shuffle(30000).batch(100)


def map_before_shuffle():
    floats = Dataset.from_tensor_slices((X, Y)).map(lambda x, y: (tf.reduce_sum(tf.one_hot(x, 4), -1), y))
    return floats.shuffle(2000).batch(50)


def map_before_shuffle_that_takes_batches():
    lines = tf.data.TextLineDataset(sorted(map(str, _write_texts().glob("*"))))
    return lines.map(lambda line: tf.strings.to_number(line) * 2).shuffle(600).batch(20)


def map_by_element():
    one_hot = Dataset.from_tensor_slices((X, Y)).shuffle(2000).map(lambda x, y: (x, tf.one_hot(y, 10)))
    return one_hot.batch(50).prefetch(AUTO)


def map_before_cache():
    floats = Dataset.from_tensor_slices((X, Y)).batch(100).map(lambda x, y: (tf.cast(x, tf.float32) / 255, y))
    return floats.cache().prefetch(AUTO)


def prefetch_before_batch():
    return Dataset.from_tensor_slices((X, Y)).shuffle(2000).prefetch(500).batch(50)


def prefetch_before_batch_tuned():
    return Dataset.from_tensor_slices((X, Y)).prefetch(AUTO).batch(50).prefetch(AUTO)


def large_prefetch():
    rows = Dataset.range(4000).batch(8).map(lambda x: tf.zeros([tf.size(x), 100, 100]))
    return rows.prefetch(200)


def large_interleave():
    names = Dataset.range(100)
    return names.interleave(lambda _: tf.data.TFRecordDataset("x.rec", buffer_size=2**21), cycle_length=64).batch(8)


def large_interleave_with_shuffles():
    def read(number):
        return Dataset.from_tensors(tf.zeros([64, 64, 3])).repeat(10000).shuffle(500)

    return Dataset.range(100).interleave(read, cycle_length=16).batch(8)


def python():
    return (
        Dataset.range(1000).map(lambda x: tf.numpy_function(np.square, [x], tf.int64), num_parallel_calls=AUTO).batch(9)
    )


def python_generator():
    def count():
        yield from range(100)

    return Dataset.from_generator(count, output_signature=tf.TensorSpec([], tf.int64)).batch(10)


def single_parsing():
    texts = [tf.train.Example().SerializeToString()] * 100
    layout = {"x": tf.io.FixedLenFeature([], tf.int64, 0)}
    return Dataset.from_tensor_slices(texts).map(lambda one: tf.io.parse_single_example(one, layout)["x"]).batch(10)


def early_floats():
    floats = Dataset.from_tensor_slices(X).batch(50).map(lambda x: tf.cast(x, tf.float32) / 255)
    return floats.apply(tf.data.experimental.copy_to_device("/cpu:0")).prefetch(1)


def padding():
    return Dataset.range(200).map(lambda x: tf.ones([1 + 99 * (x % 2)])).padded_batch(10)


def unknown_end():
    return Dataset.range(10).repeat().filter(lambda x: x >= 0).batch(4)


def repeated_option():
    options = tf.data.Options()
    options.autotune.enabled = True
    options.experimental_optimization.noop_elimination = True
    return Dataset.range(100).batch(10).with_options(options)


def frozen_random_in_python():
    def shake(numbers):
        return numbers + np.random.normal(size=numbers.shape)  # as people write

    def call(numbers):
        return tf.numpy_function(shake, [numbers], tf.float64)

    return Dataset.from_tensor_slices(np.zeros((100, 3))).map(call).cache().shuffle(100).batch(10)


def leaking_split_of_files():
    files = Dataset.list_files(str(_write_texts() / "*.txt"))
    return {"train": files.skip(3).map(tf.io.read_file).batch(3), "test": files.take(3).map(tf.io.read_file).batch(3)}


def leaking_split_of_batches():
    batches = Dataset.from_tensor_slices((X, Y)).shuffle(2000).batch(50)
    return {"train": batches.take(30).prefetch(AUTO), "test": batches.skip(30).prefetch(AUTO)}


def shuffle_after_batch_of_unknown_size():
    return tf.data.TextLineDataset(sorted(map(str, _write_texts().glob("*")))).batch(16).shuffle(50)


def large_prefetch_without_end():
    return Dataset.from_tensor_slices(X).batch(50).map(lambda x: tf.cast(x, tf.float32)).repeat().prefetch(1000)


def padding_to_a_given_length():
    rows = Dataset.range(300).map(lambda i: {"row": tf.ones([1 + i % 50], tf.int32), "number": i})
    return rows.padded_batch(16, padded_shapes={"row": [100], "number": []})


def frozen_order_of_a_split():
    everything = Dataset.from_tensor_slices((X, Y)).shuffle(2000).cache()
    return {"train": everything.skip(400).batch(32), "test": everything.take(400).batch(40)}
