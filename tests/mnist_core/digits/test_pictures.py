"""Pictures from files: grey values out of every usual format, and one line for what cannot be read."""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mnist_core.digits import pictures
from mnist_core.digits.pictures import load_picture, write_side_by_side
from mnist_core.language.errors import InputError


@pytest.fixture
def digit() -> np.ndarray:
    """A bright bar on black, as MNIST's are."""
    pixels = np.zeros((28, 28), np.uint8)
    pixels[4:24, 12:16] = np.linspace(60, 255, 80, dtype=np.uint8).reshape(20, 4)
    return pixels


def save(path: Path, pixels: np.ndarray, **options: object) -> Path:
    Image.fromarray(pixels).save(path, **options)
    return path


def mode_of(path: Path) -> str:
    with Image.open(path) as image:
        return image.mode


def test_grey_in_other_clothes_is_the_same_picture(tmp_path: Path, digit: np.ndarray) -> None:
    grey = Image.fromarray(digit)
    grey.save(tmp_path / "grey.png")
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
        np.testing.assert_array_equal(load_picture(path), digit, err_msg=path.name)


@pytest.mark.parametrize("name", ["a.bmp", "a.gif", "a.tiff", "a.TIF", "a.webp", "a.jpg", "a.JPEG", "named.anyhow"])
def test_every_usual_format_is_read_whatever_its_name(tmp_path: Path, digit: np.ndarray, name: str) -> None:
    forms = {".anyhow": "PNG", ".webp": "WEBP"}
    path = save(tmp_path / name, digit, format=forms.get(Path(name).suffix), quality=95, lossless=True)

    loaded = load_picture(path)

    assert np.abs(loaded.astype(int) - digit).max() <= (40 if "j" in name.lower() else 2)


def test_sixteen_bits_are_rounded(tmp_path: Path) -> None:
    pixels = np.zeros((28, 28), np.uint16)
    pixels[5, 5:8] = [128, 129, 65535]  # 65535 / 255 = 257 steps make one grey level, so half a level is 128.5

    assert load_picture(save(tmp_path / "deep.png", pixels))[5, 5:8].tolist() == [0, 1, 255]


def test_measured_values_go_from_black_to_white(tmp_path: Path) -> None:
    values = np.full((28, 28), -2.0, np.float32)
    values[5, 5:8] = [0.0, 2.0, np.nan]

    assert load_picture(save(tmp_path / "measured.tiff", values))[5, 4:8].tolist() == [0, 128, 255, 128]


def test_one_bit_picture(tmp_path: Path, digit: np.ndarray) -> None:
    Image.fromarray(digit > 0).save(tmp_path / "bits.png")

    np.testing.assert_array_equal(load_picture(tmp_path / "bits.png"), (digit > 0) * np.uint8(255))


def test_colours_become_luminance(tmp_path: Path) -> None:
    pixels = np.zeros((28, 28, 3), np.uint8)
    pixels[10, 10], pixels[10, 11], pixels[10, 12] = (255, 0, 0), (0, 255, 0), (0, 0, 255)

    assert load_picture(save(tmp_path / "colours.png", pixels))[10, 10:13].tolist() == [76, 150, 29]


def test_printer_colours_are_read(tmp_path: Path) -> None:
    Image.new("CMYK", (30, 20), (0, 0, 0, 255)).save(tmp_path / "print.jpg")

    assert load_picture(tmp_path / "print.jpg").max() < 5


@pytest.mark.parametrize("ink", [255, 0], ids=["light_ink", "dark_ink"])
def test_ink_on_a_transparent_ground(tmp_path: Path, digit: np.ndarray, ink: int) -> None:
    pixels = np.full((28, 28, 4), ink, np.uint8)
    pixels[..., 3] = digit

    expected = digit if ink else 255 - digit
    np.testing.assert_array_equal(load_picture(save(tmp_path / "ink.png", pixels)), expected)


def test_transparent_colour_of_a_palette_is_ground(tmp_path: Path, digit: np.ndarray) -> None:
    image = Image.fromarray((digit > 0).astype(np.uint8)).convert("P")
    image.putpalette([0, 0, 0, 255, 255, 255])
    image.save(tmp_path / "palette.png", transparency=0)

    np.testing.assert_array_equal(load_picture(tmp_path / "palette.png"), (digit > 0) * np.uint8(255))


def test_wholly_transparent_picture_is_of_one_grey(tmp_path: Path) -> None:
    pixels = np.full((28, 28, 4), (255, 255, 255, 0), np.uint8)

    assert np.ptp(load_picture(save(tmp_path / "nothing.png", pixels))) == 0


def test_a_photograph_is_turned_as_it_says(tmp_path: Path, digit: np.ndarray) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side: turn by 90 degrees clockwise

    np.testing.assert_array_equal(load_picture(save(tmp_path / "turned.png", digit, exif=exif)), np.rot90(digit, -1))


@pytest.mark.parametrize(
    ("shape", "loaded"), [((200, 200), (200, 200)), ((201, 100), (200, 100)), ((3000, 2), (200, 1))]
)
def test_a_large_picture_is_scaled_down(tmp_path: Path, shape: tuple[int, int], loaded: tuple[int, int]) -> None:
    assert load_picture(save(tmp_path / "large.png", np.full(shape, 90, np.uint8))).shape == loaded


def test_fine_stripes_become_grey_not_stripes(tmp_path: Path) -> None:
    stripes = np.zeros((1000, 1000), np.uint8)
    stripes[:, ::2] = 255

    small = load_picture(save(tmp_path / "stripes.png", stripes))

    assert 90 < small.min() <= small.max() < 165


def test_a_telephone_s_picture_with_a_preview_is_read(tmp_path: Path, digit: np.ndarray) -> None:
    picture, preview = Image.fromarray(digit), Image.fromarray(digit[:14])
    picture.save(tmp_path / "phone.jpg", format="MPO", save_all=True, append_images=[preview], quality=95)

    assert load_picture(tmp_path / "phone.jpg").shape == (28, 28)


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
        load_picture(path)


def test_pixel_limit_is_exact(tmp_path: Path, digit: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path / "digit.png", digit)

    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 28 * 28)
    assert load_picture(path).shape == (28, 28)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 28 * 28 - 1)
    with pytest.raises(InputError, match="more than 783 pixels"):
        load_picture(path)


def test_size_limit_is_exact(tmp_path: Path, digit: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save(tmp_path / "digit.png", digit)
    size = path.stat().st_size

    monkeypatch.setattr(pictures, "MAX_FILE_BYTES", size)
    assert load_picture(path).shape == (28, 28)
    monkeypatch.setattr(pictures, "MAX_FILE_BYTES", size - 1)
    with pytest.raises(InputError, match=r"digit\.png is larger than 0 MB: make it smaller\.$"):
        load_picture(path)


@pytest.mark.parametrize("name", ["moving.gif", "moving.png", "moving.webp", "pages.tiff"])
def test_what_holds_several_pictures_is_refused(tmp_path: Path, digit: np.ndarray, name: str) -> None:
    first, second = Image.fromarray(digit), Image.fromarray(digit.T)
    first.save(tmp_path / name, save_all=True, append_images=[second])

    with pytest.raises(InputError, match=rf"{name} holds several pictures: save the one with the digit by itself\.$"):
        load_picture(tmp_path / name)


def test_files_that_are_no_pictures_are_refused(tmp_path: Path, digit: np.ndarray) -> None:
    good = save(tmp_path / "good.png", digit)
    (tmp_path / "text.png").write_text("hello")
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "cut.png").write_bytes(good.read_bytes()[:-30])
    (tmp_path / "head.png").write_bytes(good.read_bytes()[:20])
    photo = save(tmp_path / "photo.jpg", digit).read_bytes()
    (tmp_path / "photo.jpg").write_bytes(photo[: len(photo) // 2])
    save(tmp_path / "script.eps", digit)  # Pillow would start Ghostscript
    expected = {
        "text.png": "text.png is no picture that can be read: convert it to PNG, JPEG, WebP, BMP, GIF or TIFF.",
        "empty.png": "empty.png is no picture that can be read: convert it to",
        "script.eps": "script.eps is no picture that can be read: convert it to",
        "cut.png": "cut.png is damaged: save the picture again.",
        "photo.jpg": "photo.jpg is damaged: save the picture again.",
        "head.png": "head.png is",
        "missing.png": "missing.png does not exist or is no file: name a picture.",
        ".": "does not exist or is no file: name a picture.",
    }
    for name, message in expected.items():
        with pytest.raises(InputError) as refusal:
            load_picture(tmp_path / name)
        assert message in str(refusal.value)
        assert "\n" not in str(refusal.value)


def test_corrupt_chunk_is_refused(tmp_path: Path, digit: np.ndarray) -> None:
    data = bytearray(save(tmp_path / "good.png", digit).read_bytes())
    data[data.index(b"IDAT") + 12] ^= 0xFF
    (tmp_path / "bad.png").write_bytes(bytes(data))

    with pytest.raises(InputError, match=r"bad\.png is damaged: save the picture again\.$"):
        load_picture(tmp_path / "bad.png")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP"])
def test_damage_anywhere_is_wrong_input_or_harmless(tmp_path: Path, digit: np.ndarray, form: str) -> None:
    whole = save(tmp_path / "whole", digit, format=form).read_bytes()
    generator = np.random.default_rng(3)
    for _ in range(150):
        content = bytearray(whole)
        for place in generator.integers(0, len(content), 3):
            content[place] = int(generator.integers(0, 256))
        (tmp_path / "spoilt").write_bytes(bytes(content[: generator.integers(1, len(content) + 1)]))
        with suppress(InputError):
            assert load_picture(tmp_path / "spoilt").dtype == np.uint8


def test_pictures_are_written_side_by_side(tmp_path: Path, digit: np.ndarray) -> None:
    write_side_by_side(tmp_path / "seen.png", [digit, digit.T])

    np.testing.assert_array_equal(load_picture(tmp_path / "seen.png"), np.concatenate([digit, digit.T], axis=1))
