"""What an ordering's text says of it."""

import pytest

from reports.formats.ordering_features import Features, Stage, find_features, parse_stages

NONE = Features(0, 0, "none", "none", "none", "none", False)


@pytest.mark.parametrize(
    ("ordering", "features"),
    [
        (
            "shuffle(60000).map().prefetch(320).batch(32).repeat()",
            Features(32, 60000, "320", "shuffle", "none", "map", True),
        ),
        (
            "map().cache().shuffle(1000).batch(64).prefetch(auto)",
            Features(64, 1000, "auto", "source", "map", "batch", False),
        ),
        ("cache().batch(8, parallel=auto).map(parallel=2)", Features(8, 0, "none", "batch", "source", "none", False)),
        ("batch(auto)", Features(0, 0, "none", "none", "none", "none", False)),
        ("", NONE),
        ("a name", NONE),
        ("shuffle", NONE),
        ("(1)(2)", NONE),
        ("x[0].map()", NONE),
        ("f().x", NONE),
        ("(" * 100_000, NONE),
        ("shuffle(1)" + ".map()" * 100_000, NONE),
        ("a\0b", NONE),
        ("batch(999999999999999)", Features(999_999_999_999_999, 0, "none", "none", "none", "none", False)),
        (f"batch(1{'0' * 15})", NONE),
        (f"batch(1).map({' ' * 986})", Features(1, 0, "none", "batch", "none", "none", False)),
        (f"batch(1).map({' ' * 987})", NONE),
    ],
)
def test_features(ordering: str, features: Features) -> None:
    assert find_features(ordering) == features


def test_stages_come_in_the_order_of_the_data() -> None:
    assert parse_stages("range().shuffle(60000).batch(32)") == (
        Stage("range", ""),
        Stage("shuffle", "60000"),
        Stage("batch", "32"),
    )


def test_nothing_is_run() -> None:
    assert parse_stages("__import__('os').system('exit 1')") == (
        Stage("__import__", "'os'"),
        Stage("system", "'exit 1'"),
    )
