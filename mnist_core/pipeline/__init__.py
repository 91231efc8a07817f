"""The tf.data pipeline that a spec describes, and what it starts from."""
