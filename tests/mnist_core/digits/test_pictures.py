from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_core.digits.pictures import load_pictures
from mnist_core.language.errors import InputError


@pytest.fixture
def digit() -> np.ndarray:
    """A bright bar on black, as MNIST's are."""
    pixels = np.zeros((28, 28), np.uint8)
    pixels[4:24, 12:16] = np.linspace(60, 255, 80, dtype=np.uint8).reshape(20, 4)
    return pixels


def save(path: Path, pixels: np.ndarray) -> Path:
    Image.fromarray(pixels).save(path)
    return path


def mode_of(path: Path) -> str:
    with Image.open(path) as image:
        return image.mode


def load_one(path: Path) -> np.ndarray:
    (picture,) = load_pictures([path])
    return picture


def test_mnist_pictures_come_through_unchanged_and_in_order(tmp_path: Path, digit: np.ndarray) -> None:
    paths = [save(tmp_path / "b.png", digit), save(tmp_path / "a.png", digit.T)]

    loaded = load_pictures(paths)

    assert loaded.dtype == np.uint8
    np.testing.assert_array_equal(loaded, [digit, digit.T])


def test_no_pictures() -> None:
    assert load_pictures([]).shape == (0, 28, 28)


def test_grey_in_other_clothes_is_the_same_picture(tmp_path: Path, digit: np.ndarray) -> None:
    grey = Image.fromarray(digit)
    grey.convert("RGB").save(tmp_path / "rgb.png")
    grey.convert("RGBA").save(tmp_path / "rgba.png")
    grey.convert("LA").save(tmp_path / "la.png")
    palette = grey.copy()
    palette.putpalette([level for level in range(256) for _ in range(3)])
    palette.save(tmp_path / "palette.png")
    save(tmp_path / "sixteen.png", digit.astype(np.uint16) * 257)

    assert mode_of(tmp_path / "palette.png") == "P"
    assert mode_of(tmp_path / "sixteen.png").startswith("I")
    for path in sorted(tmp_path.iterdir()):
        np.testing.assert_array_equal(load_one(path), digit, err_msg=path.name)


def test_sixteen_bits_are_rounded(tmp_path: Path) -> None:
    pixels = np.zeros((28, 28), np.uint16)
    pixels[5, 5:8] = [128, 129, 65535]  # 65535 / 255 = 257 steps make one grey level, so half a level is 128.5

    assert load_one(save(tmp_path / "deep.png", pixels))[5, 5:8].tolist() == [0, 1, 255]


def test_one_bit_picture(tmp_path: Path, digit: np.ndarray) -> None:
    Image.fromarray(digit > 0).save(tmp_path / "bits.png")

    np.testing.assert_array_equal(load_one(tmp_path / "bits.png"), (digit > 0) * np.uint8(255))


def test_colours_become_luminance(tmp_path: Path) -> None:
    pixels = np.zeros((28, 28, 3), np.uint8)
    pixels[10, 10], pixels[10, 11], pixels[10, 12] = (255, 0, 0), (0, 255, 0), (0, 0, 255)

    assert load_one(save(tmp_path / "colours.png", pixels))[10, 10:13].tolist() == [76, 150, 29]


def test_dark_ink_on_light_paper_is_inverted(tmp_path: Path, digit: np.ndarray) -> None:
    np.testing.assert_array_equal(load_one(save(tmp_path / "paper.png", 255 - digit)), digit)


@pytest.mark.parametrize(("frame", "inverted"), [(127, False), (128, True)])
def test_paper_is_light_above_the_middle_grey(tmp_path: Path, frame: int, inverted: bool) -> None:
    pixels = np.full((28, 28), frame, np.uint8)

    assert load_one(save(tmp_path / "frame.png", pixels))[0, 0] == (255 - frame if inverted else frame)


@pytest.mark.parametrize("ink", [255, 0], ids=["light_ink", "dark_ink"])
def test_ink_on_a_transparent_ground(tmp_path: Path, digit: np.ndarray, ink: int) -> None:
    pixels = np.full((28, 28, 4), ink, np.uint8)
    pixels[..., 3] = digit

    np.testing.assert_array_equal(load_one(save(tmp_path / "ink.png", pixels)), digit)


def test_transparent_colour_of_a_palette_is_ground(tmp_path: Path, digit: np.ndarray) -> None:
    image = Image.fromarray((digit > 0).astype(np.uint8)).convert("P")
    image.putpalette([0, 0, 0, 255, 255, 255])
    image.save(tmp_path / "palette.png", transparency=0)

    np.testing.assert_array_equal(load_one(tmp_path / "palette.png"), (digit > 0) * np.uint8(255))


def test_wholly_transparent_picture_is_black(tmp_path: Path) -> None:
    pixels = np.full((28, 28, 4), (255, 255, 255, 0), np.uint8)

    assert not load_one(save(tmp_path / "nothing.png", pixels)).any()


def test_larger_picture_is_shrunk_smoothly(tmp_path: Path) -> None:
    large = np.zeros((280, 280), np.uint8)
    large[100:180, 100:180] = 255

    small = load_one(save(tmp_path / "large.png", large))

    assert small.shape == (28, 28)
    assert small[14, 14] == 255
    assert small[0, 0] == 0
    assert small.mean() == pytest.approx(large.mean(), rel=0.02)


def test_fine_stripes_become_grey_not_stripes(tmp_path: Path) -> None:
    stripes = np.zeros((280, 280), np.uint8)
    stripes[10:270, 10:270:2] = 255

    inner = load_one(save(tmp_path / "stripes.png", stripes))[5:23, 5:23]
    assert inner.min() > 110
    assert inner.max() < 145


@pytest.mark.parametrize("shape", [(20, 28), (28, 20), (27, 28)])
def test_narrow_picture_is_padded_not_stretched(tmp_path: Path, shape: tuple[int, int]) -> None:
    pixels = np.zeros(shape, np.uint8)
    pixels[5, 5] = 200

    loaded = load_one(save(tmp_path / "narrow.png", pixels))

    top, left = (28 - shape[0]) // 2, (28 - shape[1]) // 2
    assert loaded[5 + top, 5 + left] == 200
    assert loaded.sum() == 200


def test_light_paper_is_padded_as_paper(tmp_path: Path) -> None:
    assert not load_one(save(tmp_path / "paper.png", np.full((10, 28), 255, np.uint8))).any()


def test_one_pixel_grows(tmp_path: Path) -> None:
    assert (load_one(save(tmp_path / "dot.png", np.full((1, 1), 100, np.uint8))) == 100).all()


def huge_png(width: int, height: int) -> bytes:
    """A PNG header that promises `width` x `height` pixels, and hardly any data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [10_000, 60_000], ids=["pillow_warns", "pillow_raises"])
def test_decompression_bomb_is_refused(tmp_path: Path, side: int) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(huge_png(side, side))

    with pytest.raises(InputError, match=r"bomb\.png has more than 89478485 pixels: make it smaller\.$"):
        load_pictures([path])


def test_pixel_limit_is_exact(tmp_path: Path, digit: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path / "digit.png", digit)

    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 28 * 28)
    assert load_one(path).shape == (28, 28)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 28 * 28 - 1)
    with pytest.raises(InputError, match="more than 783 pixels"):
        load_pictures([path])


def test_files_that_are_no_pictures_are_refused(tmp_path: Path, digit: np.ndarray) -> None:
    good = save(tmp_path / "good.png", digit)
    (tmp_path / "text.png").write_text("hello")
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "cut.png").write_bytes(good.read_bytes()[:-30])
    (tmp_path / "head.png").write_bytes(good.read_bytes()[:20])
    Image.fromarray(digit).save(tmp_path / "photo.png", format="JPEG")
    expected = {
        "text.png": "text.png is no PNG file: convert it to PNG.",
        "empty.png": "empty.png is no PNG file: convert it to PNG.",
        "photo.png": "photo.png is no PNG file: convert it to PNG.",
        "cut.png": "cut.png is a damaged PNG file.",
        "head.png": "head.png is",
        "missing.png": "missing.png does not exist or is no file: name a PNG file.",
        ".": "does not exist or is no file: name a PNG file.",
    }
    for name, message in expected.items():
        with pytest.raises(InputError) as refusal:
            load_pictures([good, tmp_path / name])
        assert message in str(refusal.value)
        assert "\n" not in str(refusal.value)


def test_corrupt_chunk_is_refused(tmp_path: Path, digit: np.ndarray) -> None:
    data = bytearray(save(tmp_path / "good.png", digit).read_bytes())
    data[data.index(b"IDAT") + 12] ^= 0xFF
    (tmp_path / "bad.png").write_bytes(bytes(data))

    with pytest.raises(InputError, match=r"bad\.png is a damaged PNG file\.$"):
        load_pictures([tmp_path / "bad.png"])
