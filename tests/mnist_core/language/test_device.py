"""What a GPU is called in a line."""

import pytest

from mnist_core.language.device import describe_gpu


@pytest.mark.parametrize(
    ("known", "line"),
    [
        (("NVIDIA H200", "580.159.03", 150754820096), "NVIDIA H200, driver 580.159.03, 140 GiB"),
        (("NVIDIA H200", None, None), "NVIDIA H200"),
        ((None, "580.159.03", 2**30), "driver 580.159.03, 1 GiB"),
        ((None, None, None), ""),
    ],
)
def test_what_is_known_of_a_gpu(known: tuple[str | None, str | None, int | None], line: str) -> None:
    assert describe_gpu(*known) == line
