"""A complete MNIST program: data, tf.data pipelines, Keras models, training, evaluation, export."""
