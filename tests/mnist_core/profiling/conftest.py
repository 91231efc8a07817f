"""No test of the profiler leaves it running."""

from collections.abc import Iterator

import pytest
import tensorflow as tf


@pytest.fixture(autouse=True)
def _no_profiler_left() -> Iterator[None]:
    """Every test leaves the profiler stopped, so that another can start."""
    yield
    tf.profiler.experimental.start("")
    tf.profiler.experimental.stop(save=False)
