"""Looks into a pipeline: as written, and as TensorFlow runs it."""
