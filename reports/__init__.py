"""What the records mean: statistics, tables, verdicts. Works without TensorFlow."""
