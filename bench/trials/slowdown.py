"""Real work for single cases: a copy of mnist_core in which the pipelines of some orderings do more than they give.

The work is the case's own. Some of its examples come twice from the source, all stages run for them as for the others,
and as many batches as they fill are dropped where the pipeline ends. So an epoch computes more examples, with the same
kernels, and as many arrive as before. Nothing is slept, and no recorded number is touched.

It is one pipeline, not a second one before the first: that would start its threads and make its buffers once more, and
slow a quick case by a third where a fifth was meant. The dropped batches are the first ones, so the first batch arrives
later: trials leave that metric out. ``skip`` takes each of them from the stage before and throws it away; a test counts
the examples.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from mnist_core.language.errors import InputError

PIPELINE = Path("mnist_core/pipeline/build.py")
SEAM = "def build_dataset("
RENAMED = "def _build_once("
PATCH = '''
NUM_MORE = {num_more!r}  # batches


def build_dataset(spec: PipelineSpec, examples: np.ndarray, labels: np.ndarray) -> tf.data.Dataset:
    """The dataset; of some orderings, the first examples come twice, and as many batches are dropped."""
    num_more = NUM_MORE.get(str(spec.ordering), 0)
    if num_more == 0:
        return _build_once(spec, examples, labels)
    count = num_more * spec.ordering.batch.batch_size
    again = np.arange(count) % len(labels)
    more = [np.concatenate([part, part[again]]) for part in (examples, labels)]
    return _build_once(spec, *more).skip(num_more)
'''


class SlowdownError(InputError):
    """Work cannot be added in the way that is known here; the message is one line."""


def slow_down(folder: Path, num_more: Mapping[str, int]) -> None:
    """Change the copy of mnist_core in `folder`.

    Args:
        folder: The folder that holds the copy.
        num_more: Batches that are computed and dropped, by ordering.

    Raises:
        SlowdownError: Its pipeline/build.py is not what is known here.
    """
    file = folder / PIPELINE
    text = file.read_text(encoding="utf-8")
    if text.count(SEAM) != 1:
        raise SlowdownError(f"{PIPELINE} has no single '{SEAM}...)': no work can be added to this revision.")
    file.write_text(text.replace(SEAM, RENAMED) + PATCH.format(num_more=dict(num_more)), encoding="utf-8")
