"""What was not tried of a pipeline, and why: what could not be proved, and what would change its meaning."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from bench.advice.links import MAP, Link
from bench.advice.moves import ALIKE, Source, find_batch, find_cached
from bench.subjects.rewriting.remake import Step
from reports.record.proposal import Untried

PARSING = "ParseSingleExample"
BY_HAND = "tf.io.parse_example on the batch, behind it"
Write = Callable[[Sequence[Step]], str]


def list_untried(links: Sequence[Link], source: Source, *, write: Write) -> list[Untried]:
    """What was not tried, each with its reason.

    Args:
        links: The chain as it is.
        source: What it begins with.
        write: Writes a chain as a person would.
    """
    found = [*_tell_batches(links), *_tell_shuffles(links), *_tell_parallel(links), *_tell_repeats(links, write)]
    found += _tell_cache(links, source)
    return found


def _tell_batches(links: Sequence[Link]) -> Iterator[Untried]:
    """The map nearest to the batch that cannot take batches."""
    steps = [link.step for link in links]
    place = find_batch(links, steps)
    for link in reversed(links[:place] if place is not None else ()):
        if link.method == MAP:
            can, why = (None, link.impurity) if link.impurity else link.batching
            if can is not True:
                yield Untried(f"{_name(link)} on whole batches", why, BY_HAND if why.startswith(PARSING) else "")
                return
            if link.before is None or link.after is None:
                continue
        elif link.method not in ALIKE:
            return


def _tell_shuffles(links: Sequence[Link]) -> Iterator[Untried]:
    """The map before a shuffle that cannot be behind it, or had better not."""
    for place, link in enumerate(links):
        before = links[place - 1] if place else None
        if link.method != "shuffle" or before is None or before.method != MAP:
            continue
        change = f"shuffle before {_name(before)}"
        if before.impurity:
            yield Untried(change, before.impurity)
        elif before.before is not None and before.after is not None and before.before > before.after:
            why = f"elements are larger before it ({before.before:,.0f} bytes) than behind it ({before.after:,.0f})"
            yield Untried(change, why)


def _tell_parallel(links: Sequence[Link]) -> Iterator[Untried]:
    for link in links:
        function = link.function
        if function is None or not link.is_sequential:
            continue
        if link.method == MAP and function.python:
            yield Untried(f"{_name(link)} in parallel", f"{function.python[0]} runs Python, one call at a time")
        elif link.method == MAP and function.random and function.is_seeded:
            why = f"{function.random[0]} has a seed: in parallel each element would get another number each time"
            yield Untried(f"{_name(link)} in parallel", why, changes_meaning=True)
        elif link.method == "interleave" and not isinstance(link.call.find("cycle_length", 1), int):
            yield Untried("interleave in parallel", "cycle_length is left to TensorFlow, which may choose another one")


def _tell_repeats(links: Sequence[Link], write: Write) -> Iterator[Untried]:
    """A repeat before a shuffle mixes epochs; moving it changes which examples an epoch has."""
    for place, link in enumerate(links):
        later = next((each for each in links[place:] if each.method == "shuffle"), None)
        if link.method == "repeat" and later is not None:
            steps = [each.step for each in links if each is not link]
            steps.insert(steps.index(later.step) + 1, link.step)
            why = "an epoch would no longer run into the next one: other examples come before others"
            yield Untried("shuffle before repeat", why, write(steps), changes_meaning=True)
            return


def _tell_cache(links: Sequence[Link], source: Source) -> Iterator[Untried]:
    has_cache = any(link.method == "cache" for link in links)
    works = any(link.method == MAP for link in links)
    if source.shuffles and works and not has_cache:
        why = "the files are listed in another order for every epoch, which a cache would freeze"
        yield Untried("cache behind map", why, changes_meaning=True)
    elif source.reads_files and works and find_cached(links, source, [link.step for link in links]) is None:
        first = next((link.impurity for link in links if link.impurity), "")
        if first and not has_cache:
            yield Untried("cache before the first map", first)


def _name(link: Link) -> str:
    return MAP if link.function is None or link.function.name == "lambda" else f"map({link.function.name})"
