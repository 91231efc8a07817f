"""What a colour stands for: the same in every picture, in both themes, and told apart by people who see no red."""

import itertools
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from case_records import change
from page_runs import CASES, FAST, ON_GPU, make_case, make_traced_run, predict

from reports.drawing.blocks import Figure, Gallery
from reports.page.charts.meanings import BAD, COLOURS, CPU, DEFAULT, GOOD, GPU, INK, OPEN, RAW, SPARE
from reports.page.charts.themes import DARK, LIGHT, Theme
from reports.page.order import list_sections

CLAIMED = (make_case("map_after_shuffle", [100] * 6), make_case("map_before_shuffle", [200] * 6))
WORDS = {  # of a key, and what every colour beside such a word must be
    "default": DEFAULT,
    "raw": RAW,
    "CPU": CPU,
    "GPU": GPU,
    "HOLDS": GOOD,
    "REFUTED": BAD,
    "INCONCLUSIVE": OPEN,
    "on the front": GOOD,
    "beaten": OPEN,
    "waiting for input": BAD,
    "host compute": CPU,
    "device compute": GPU,
    "disturbed by others": BAD,
    "measured": DEFAULT,
    "predicted": INK,
}
MEETING = (  # in one picture
    (DEFAULT, RAW, BAD, OPEN),
    (DEFAULT, INK),
    (DEFAULT, RAW, SPARE[0]),
    (CPU, GPU),
    (GOOD, BAD, OPEN),
    (BAD, CPU, GPU, SPARE[0], OPEN),
    SPARE,
)
CONTRAST, DISTANCE = 3.0, 20.0  # WCAG 2.1, 1.4.11; of CIE 1976, where some 2 is the least that can be seen
SIGHTS = {  # Machado, Oliveira, Fernandes 2009, severity 1.0; in linear light
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "no blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


@pytest.fixture(scope="module")
def specs(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Every picture of a run that has them all."""
    first = replace(FAST.turns[0], sample=replace(FAST.turns[0].sample, contaminated=True))
    disturbed = change(FAST, name="late", turns=(first, *FAST.turns[1:]))
    cases = (*CASES, ON_GPU, *CLAIMED, predict(32, 60, "gpu"), disturbed)
    run = make_traced_run(tmp_path_factory.mktemp("run"), *cases)
    blocks = [block for section in list_sections(run) for block in section.blocks]
    figures = [block for block in blocks if isinstance(block, Figure)]
    figures += [figure for block in blocks if isinstance(block, Gallery) for figure in block.figures]
    return [dict(figure.spec) for figure in figures]


def list_scales(value: Any) -> Iterator[dict[str, Any]]:
    """Every scale of a colour in a picture."""
    if isinstance(value, dict):
        if "color" in value and "scale" in (value["color"] if isinstance(value["color"], dict) else {}):
            yield value["color"]["scale"]
        for each in value.values():
            yield from list_scales(each)
    if isinstance(value, list):
        for each in value:
            yield from list_scales(each)


def test_a_word_has_one_colour_in_all_pictures(specs: list[dict[str, Any]]) -> None:
    found: dict[str, set[str]] = defaultdict(set)
    for scale in (scale for spec in specs for scale in list_scales(spec)):
        for name, colour in zip(scale["domain"], scale["range"], strict=True):
            is_device = name in {"CPU", "GPU"} or name.endswith(("mlp, CPU", "mlp, GPU"))
            words = [word for word in WORDS if word in name and (is_device or word not in {"CPU", "GPU"})]
            found[words[0] if words else name].add(colour["expr"])
    assert {word: found[word] for word in WORDS} == {word: {f"colours.{colour}"} for word, colour in WORDS.items()}


def test_no_picture_names_a_colour_of_its_own(specs: list[dict[str, Any]]) -> None:
    for spec in specs:
        drawn = json.dumps({key: value for key, value in spec.items() if key != "datasets"})
        assert not any(colour in drawn for theme in (LIGHT, DARK) for colour in theme.colours.values())
        assert "#" not in drawn


def test_series_of_one_colour_differ_in_shape(specs: list[dict[str, Any]]) -> None:
    speeds = next(spec for spec in specs if "examples per second" in spec["description"])
    encoding = speeds["layer"][-1]["encoding"]
    domain, colours = encoding["color"]["scale"]["domain"], encoding["color"]["scale"]["range"]
    assert [name[-3:] for name in domain].count("GPU") == 1
    assert colours[domain.index("default: as TensorFlow runs it, GPU")] == colours[0]
    assert len(set(encoding["shape"]["scale"]["range"])) == len(domain) == 3


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_stand_out_from_the_ground(theme: Theme) -> None:
    assert set(theme.colours) == set(COLOURS)
    lights = {name: measure_light(linearize(colour)) for name, colour in theme.colours.items()}
    ground = measure_light(linearize(theme.ground))
    for name, light in lights.items():
        assert (max(light, ground) + 0.05) / (min(light, ground) + 0.05) >= CONTRAST, name


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("sight", SIGHTS)
def test_colours_that_meet_are_told_apart_by_everybody(theme: Theme, sight: str) -> None:
    colours = {**theme.colours, INK: theme.ink}
    for one, other in (pair for names in MEETING for pair in itertools.combinations(names, 2)):
        apart = measure_distance(*(see(colours[name], sight) for name in (one, other)))
        assert apart >= DISTANCE, f"{one} and {other}: {apart:.0f}"


def linearize(colour: str) -> list[float]:
    shares = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]


def see(colour: str, sight: str) -> list[float]:
    light = linearize(colour)
    seen = (sum(weight * part for weight, part in zip(row, light, strict=True)) for row in SIGHTS[sight])
    return [min(1.0, max(0.0, part)) for part in seen]


def measure_light(light: list[float]) -> float:
    return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2]


def find_lab(light: list[float]) -> tuple[float, float, float]:
    red, green, blue = light
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    x, y, z = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, measure_light(light), z))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def measure_distance(one: list[float], other: list[float]) -> float:
    pairs = zip(find_lab(one), find_lab(other), strict=True)
    return sum((left - right) ** 2 for left, right in pairs) ** 0.5
