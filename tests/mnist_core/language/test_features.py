"""What an ordering's text says of it."""

import pytest

from mnist_core.language.features import Features, find_features

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
        ("batch(auto)", NONE),
        ("batch(8).range().map()", NONE),
        ("", NONE),
        ("a name", NONE),
        ("shuffle", NONE),
        ("(1)(2)", NONE),
        ("x[0].map()", NONE),
        ("f().x", NONE),
        ("(" * 100_000, NONE),
        ("shuffle(1)" + ".map()" * 100_000, NONE),
        ("a\0b", NONE),
        (f"batch(1{'0' * 12})", Features(1_000_000_000_000, 0, "none", "none", "none", "none", False)),
        ("batch(1000000000001)", NONE),
        (f"batch(1).map({' ' * 986})", Features(1, 0, "none", "batch", "none", "none", False)),
        (f"batch(1).map({' ' * 987})", NONE),
    ],
)
def test_features(ordering: str, features: Features) -> None:
    assert find_features(ordering) == features
