"""Where a call computes, whatever its process has traced before."""

import tensorflow as tf

from mnist_core.devices.placement import find_placement


def test_what_an_interrupted_trace_left_behind_does_not_pass_for_the_calls() -> None:
    convolve = tf.function(lambda pictures: tf.nn.conv2d(pictures, tf.ones((2, 2, 1, 1)), 1, "SAME"), autograph=False)
    tf.summary.trace_on(graph=True)
    convolve(tf.ones((1, 4, 4, 1)))
    tf.summary.trace_off()  # keeps what it saw, and nobody asks for it
    multiply = tf.function(tf.matmul, autograph=False)
    assert str(find_placement(lambda: multiply(tf.ones((2, 2)), tf.ones((2, 2))))) == "MatMul on CPU:0"
