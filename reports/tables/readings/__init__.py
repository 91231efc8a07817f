"""What is read of a pipeline beside its speed: its stages, a cold start, a training, in a table each."""
