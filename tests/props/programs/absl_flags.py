"""absl's FLAGS, whose app.run ends with sys.exit."""

from absl import app, flags
from pieces import build_examples, build_model

FLAGS = flags.FLAGS
flags.DEFINE_integer("batch_size", 2, "Number of examples in a batch.")


def main(_):
    build_model().fit(build_examples().batch(FLAGS.batch_size), verbose=0)


if __name__ == "__main__":
    app.run(main)
