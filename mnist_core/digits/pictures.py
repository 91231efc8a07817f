"""Pictures of digits from PNG files, brought to what the models were trained on: 28x28, white on black."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from mnist_core.language.errors import InputError
from mnist_core.language.shapes import SIDE

MIDDLE_GREY = 127.5
OPAQUE = 255


def load_pictures(paths: Sequence[Path]) -> np.ndarray:
    """The pictures in `paths`, uint8 of shape (n, 28, 28), white digits on black; all of them or none.

    A grey 28x28 picture with a dark frame, as MNIST's are, comes through unchanged. Every other one is brought there by
    these rules, in this order:

    1. Colours become grey by their luminance (ITU-R 601), 16 bits become 8. A transparent ground becomes the opposite
       of what is drawn on it: black under light ink, white under dark ink.
    2. A picture whose outermost frame of pixels is light (its median above 127.5) is taken for dark ink on light paper
       and inverted.
    3. A picture that is not square is padded with black on both sides.
    4. A picture that is not 28x28 is resized with an antialiasing bicubic filter. Nothing is cropped or centred: leave
       a margin of about a seventh around the digit, as MNIST does.

    Raises:
        InputError: A file is missing, is no PNG file, is damaged, or would unpack to more pixels than
            ``PIL.Image.MAX_IMAGE_PIXELS``.
    """
    pictures = [_fit(_white_on_black(_to_grey(_open_png(path)))) for path in paths]
    return np.stack(pictures) if pictures else np.zeros((0, SIDE, SIDE), np.uint8)


def _open_png(path: Path) -> Image.Image:
    """The decoded picture; Pillow's warning of a decompression bomb counts as an error."""
    if not path.is_file():
        raise InputError(f"{path} does not exist or is no file: name a PNG file.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=["PNG"]) as image:
                image.load()
                return image
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise InputError(f"{path} has more than {Image.MAX_IMAGE_PIXELS} pixels: make it smaller.") from None
    except UnidentifiedImageError:
        raise InputError(f"{path} is no PNG file: convert it to PNG.") from None
    except (OSError, SyntaxError, ValueError):  # what Pillow raises for broken chunks
        raise InputError(f"{path} is a damaged PNG file.") from None


def _to_grey(image: Image.Image) -> np.ndarray:
    """Uint8 of shape (height, width)."""
    if image.mode.startswith("I"):  # 16 bits grey
        return ((np.asarray(image).astype(np.int64) * 255 + 32767) // 65535).astype(np.uint8)
    if "A" in image.mode or "transparency" in image.info:
        return _lay_on_ground(np.asarray(image.convert("LA") if image.mode == "LA" else image.convert("RGBA")))
    return np.asarray(image.convert("L"))


def _lay_on_ground(pixels: np.ndarray) -> np.ndarray:
    """Grey pixels, with the opposite of the ink where (height, width, channels and alpha) is transparent."""
    colours, opacity = pixels[..., :-1], pixels[..., -1].astype(np.float64) / OPAQUE
    grey = np.asarray(Image.fromarray(colours).convert("L")) if colours.shape[-1] > 1 else colours[..., 0]
    ink = np.average(grey, weights=opacity) if opacity.any() else OPAQUE
    ground = 0 if ink > MIDDLE_GREY else OPAQUE
    return np.rint(grey * opacity + ground * (1 - opacity)).astype(np.uint8)


def _white_on_black(grey: np.ndarray) -> np.ndarray:
    frame = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    return OPAQUE - grey if np.median(frame) > MIDDLE_GREY else grey


def _fit(grey: np.ndarray) -> np.ndarray:
    height, width = grey.shape
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    square = np.pad(grey, ((top, side - height - top), (left, side - width - left)))
    if side == SIDE:
        return square
    return np.asarray(Image.fromarray(square).resize((SIDE, SIDE), Image.Resampling.BICUBIC))
