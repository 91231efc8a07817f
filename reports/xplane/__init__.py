"""Profiler traces as files: xplane, xprof's tables and TensorBoard's folders."""
