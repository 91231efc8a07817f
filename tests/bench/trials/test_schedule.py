"""The schedule of trials: fair in every block, the same for the same seed, each slowdown in one case."""

from collections import Counter

import pytest

from bench.trials.gains import Gain
from bench.trials.schedule import Schedule, find_slowable
from mnist_core.language.errors import InputError
from reports.record.case import Case, Subject

GAINS = (Gain("a", "map().batch(32)", 100, 0.5), Gain("b", "batch(32).map()", 100, 1.0))

SHARES = (0.02, 0.03, 0.05, 0.1, 0.2)


def test_every_block_has_the_same_mix_in_another_order() -> None:
    schedule = Schedule(1, gains=GAINS)
    blocks = [[schedule.assign(32 * block + rank) for rank in range(32)] for block in range(5)]
    for block in blocks:
        assert Counter((each.kind, each.share) for each in block) == {
            ("A/A same", 0): 10,
            ("A/A rebuilt", 0): 10,
            ("A/B", 0.02): 2,
            ("A/B", 0.03): 2,
            ("A/B", 0.05): 4,
            ("A/B", 0.10): 2,
            ("A/B", 0.20): 2,
        }
    assert len({tuple((each.kind, each.share) for each in block) for block in blocks}) == 5


def test_five_blocks_are_100_trials_without_and_60_with_a_slowdown() -> None:
    counts = Counter(Schedule(1, gains=GAINS).assign(number).kind for number in range(160))
    assert counts == {"A/A same": 50, "A/A rebuilt": 50, "A/B": 60}


def test_a_trial_depends_on_seed_and_number_alone() -> None:
    schedule = Schedule(1, gains=GAINS)
    backwards = [schedule.assign(number) for number in reversed(range(64))][::-1]
    assert backwards == [Schedule(1, gains=GAINS).assign(number) for number in range(64)]
    assert backwards != [Schedule(2, gains=GAINS).assign(number) for number in range(64)]
    assert len({each.seed for each in backwards}) == 64


def test_kinds_that_are_not_wanted_do_not_come() -> None:
    schedule = Schedule(1, ("A/A same",))
    assert {schedule.assign(number).kind for number in range(50)} == {"A/A same"}
    slowed = Schedule(1, ("A/B",), GAINS)
    assert Counter(slowed.assign(number).share for number in range(12)) == {0.02: 2, 0.03: 2, 0.05: 4, 0.1: 2, 0.2: 2}


def test_each_case_is_drawn() -> None:
    drawn = Counter(Schedule(1, ("A/B",), GAINS).assign(number).case for number in range(200))
    assert set(drawn) == {"a", "b"}
    assert all(70 < count < 130 for count in drawn.values())


@pytest.mark.parametrize(
    ("gain", "share", "num_more"), [(1.0, 0.05, 5), (0.5, 0.05, 10), (0.8, 0.02, 2), (1.0, 0.001, 1)]
)
def test_the_less_a_pipeline_weighs_the_more_of_it_makes_a_share(gain: float, share: float, num_more: int) -> None:
    assert Gain("a", "map().batch(32)", 100, gain).count_more(share) == num_more


@pytest.mark.parametrize(
    ("gain", "share", "missed"),
    [(1.0, 0.05, 0.2), (1.0, 0.06, 0.0), (0.5, 0.05, 0.0), (0.45, 0.02, 0.1), (0.55, 0.02, 0.1), (1.0, 0.001, 19.0)],
)
def test_whole_batches_miss_a_share_by_so_much(gain: float, share: float, missed: float) -> None:
    assert Gain("a", "map().batch(32)", 50, gain).misses_by(share) == pytest.approx(missed)


def test_a_case_is_slowed_down_only_by_shares_that_its_batches_make() -> None:
    coarse, fine = Gain("coarse", "map().batch(32)", 50, 1.0), Gain("fine", "batch(32).map()", 50, 0.25)
    drawn = Schedule(1, ("A/B",), (coarse, fine))
    cases = {share: {each.case for each in map(drawn.assign, range(200)) if each.share == share} for share in SHARES}
    # the coarse one has 2 %, 4 %, 6 % and so on
    assert cases == {
        0.02: {"coarse", "fine"},
        0.03: {"fine"},
        0.05: {"fine"},
        0.1: {"coarse", "fine"},
        0.2: {"coarse", "fine"},
    }


def test_where_no_batches_make_a_share_the_nearest_ones_are_taken() -> None:
    coarse, coarser = Gain("coarse", "map().batch(32)", 10, 1.0), Gain("coarser", "batch(32).map()", 5, 1.0)
    drawn = [Schedule(1, ("A/B",), (coarse, coarser)).assign(number) for number in range(100)]
    assert {each.case for each in drawn if each.share == 0.05} == {"coarse"}


def test_only_cases_with_an_ordering_of_their_own_can_be_slowed_down() -> None:
    cases = [
        Case(Subject("ordering", "a", "x"), arm="raw"),
        Case(Subject("ordering", "b", "y"), arm="raw"),
        Case(Subject("ordering", "b", "y"), "step", arm="raw"),
    ]
    assert find_slowable(cases) == cases[:1]
    with pytest.raises(InputError, match="no case has an ordering of its own"):
        find_slowable(cases[1:])


def test_a_trial_says_what_it_is() -> None:
    texts = {str(Schedule(1, gains=GAINS).assign(number)) for number in range(200)}
    assert {"A/A same", "A/A rebuilt", "A/B 5% in a", "A/B 20% in b"} <= texts
