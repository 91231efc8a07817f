"""Looks at a batch, shows some examples and adapts a layer before it trains."""

import keras
import tensorflow as tf
from pieces import build_examples, build_model

examples = build_examples()
shape = next(iter(examples.batch(1)))[0].shape
for _ in examples.take(2):
    pass
layer = keras.layers.Normalization()
layer.adapt(examples.map(lambda features, label: features).batch(4))
count = int(examples.reduce(tf.constant(0), lambda total, _: total + 1))
train = examples.shuffle(count).batch(6)
build_model().fit(train, verbose=0)
