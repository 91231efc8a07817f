"""What a profiler trace means: the verdict on its input, what cannot be said, and how all of it is told."""
