"""What a profiler trace means: the steps, the pipeline they wait for, and the remarks."""
