"""What is measured, as data: enough to open it again in another process."""

from __future__ import annotations

from dataclasses import dataclass

REFERENCE = "post"  # the ordering that every ratio is to, where the subjects are orderings of our digits
ORDERING = "ordering"  # the kind of subject whose text is an ordering of our digits


@dataclass(frozen=True)
class Subject:
    """Something that opens to batches, as a rule a ``tf.data.Dataset``.

    Args:
        kind: How the text is understood; "ordering" is an ordering of our digits.
        name: What tables call it: a short name, or the text itself where a user brought it.
        text: What runs, as a person types it.
        options: What sets it apart from other subjects of the same text, as names and values, such as
            ("source", "png"); values that are a kind's defaults are left out.
        reference: Name of the subject that ratios are to; None where there is none.

    Example:
        >>> subject = Subject("ordering", "mine", "shuffle(1000).batch(32).map()", (("labels", "sparse"),), "post")
        >>> Case(subject, "drain").id
        'mine-default-cpu'
    """

    kind: str
    name: str
    text: str
    options: tuple[tuple[str, str], ...] = ()
    reference: str | None = None
