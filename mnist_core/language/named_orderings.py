"""The orderings that people recommend, by name, and the post's own: data, each with the advice that it stands for."""

from __future__ import annotations

from dataclasses import dataclass

from mnist_core.language.choice import suggest
from mnist_core.language.errors import InputError
from mnist_core.language.ordering import Ordering, parse_ordering


@dataclass(frozen=True)
class NamedOrdering:
    """A name, the ordering's text and, in a few words, what it stands for."""

    name: str
    text: str
    meaning: str

    @property
    def ordering(self) -> Ordering:
        """The text, parsed."""
        return parse_ordering(self.text)


NAMED_ORDERINGS = {
    named.name: named
    for named in (
        NamedOrdering(
            "post",
            "shuffle(60000).map().prefetch(320).batch(32).repeat()",
            "as in the post: prefetch ten batches' worth of elements, then batch",
        ),
        NamedOrdering(
            "prefetch_last",
            "shuffle(60000).map().batch(32).repeat().prefetch(10)",
            "the post's stages with prefetch last, as the TensorFlow guide says",
        ),
        NamedOrdering(
            "no_prefetch",
            "shuffle(60000).map().batch(32).repeat()",
            "the post's stages without prefetch",
        ),
        NamedOrdering(
            "map_before_shuffle",
            "map().shuffle(60000).batch(32).prefetch(auto)",
            "what the post warns of: the buffer holds float32 images",
        ),
        NamedOrdering(
            "map_after_shuffle",
            "shuffle(60000).map().batch(32).prefetch(auto)",
            "the buffer holds uint8 images, four times smaller",
        ),
        NamedOrdering(
            "parallel_map",
            "shuffle(60000).map(parallel=auto).batch(32).prefetch(auto)",
            "map on several threads, their number tuned by tf.data",
        ),
        NamedOrdering(
            "batch_before_map",
            "shuffle(60000).batch(32).map().prefetch(auto)",
            "vectorised: one call of the map function for each batch",
        ),
        NamedOrdering(
            "cache_before_map",
            "cache().shuffle(60000).map().batch(32).prefetch(auto)",
            "cache the uint8 source, map in every epoch",
        ),
        NamedOrdering(
            "cache_after_map",
            "map().cache().shuffle(60000).batch(32).prefetch(auto)",
            "map once, cache float32 images, shuffle the cached ones",
        ),
        NamedOrdering(
            "gather_indices",
            "range().shuffle(60000).batch(32).map().prefetch(auto)",
            "shuffle the indices only, gather the images batch by batch",
        ),
    )
}


def find_ordering(name_or_text: str) -> Ordering:
    """The ordering that a name stands for, or else the one that the text spells.

    Raises:
        InputError: Neither a known name nor an ordering that works.

    Example:
        >>> print(find_ordering("batch_before_map"))
        shuffle(60000).batch(32).map().prefetch(auto)
    """
    if name_or_text in NAMED_ORDERINGS:
        return NAMED_ORDERINGS[name_or_text].ordering
    if name_or_text.isidentifier():
        known = f": use a chain of stages or {', '.join(NAMED_ORDERINGS)}."
        raise InputError(f"no ordering is named '{name_or_text}'{suggest(NAMED_ORDERINGS, name_or_text) or known}")
    return parse_ordering(name_or_text)
