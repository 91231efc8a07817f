"""Claims about tf.data as data, and their verdicts."""
