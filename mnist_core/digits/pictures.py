"""Pictures from files of the usual formats, as grey values; none may take the memory or the time of a large one."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from mnist_core.files.whole_file import write_whole
from mnist_core.language.errors import InputError

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")  # what phones, scanners and drawing programs write
NAMED = "PNG, JPEG, WebP, BMP, GIF or TIFF"
SEVERAL_BY_NATURE = "MPO"  # a telephone's JPEG, with a preview behind the picture
MAX_FILE_BYTES = 100_000_000
MAX_SIDE = 200  # pixels; ten times the side of a digit, so one that takes a tenth of the picture is read
MIDDLE_GREY = 127.5
OPAQUE = 255


def load_picture(path: Path) -> np.ndarray:
    """The picture in the file as grey values, uint8 of shape (height, width), neither above 200.

    A photograph is turned as its EXIF says. Colours become grey by their luminance (ITU-R 601), 16 bits become 8. A
    transparent ground becomes the opposite of what is drawn on it: black under light ink, white under dark ink. A
    larger picture is scaled down.

    Raises:
        InputError: The file is missing, too large, damaged, in no format of a picture, animated, or would unpack to
            more pixels than ``PIL.Image.MAX_IMAGE_PIXELS``; one line that says what to do.
    """
    return _to_grey(_open(path))


def write_side_by_side(path: Path, pictures: Sequence[np.ndarray]) -> None:
    """Write pictures of one height, uint8, into one PNG file, whole or not at all."""
    file = io.BytesIO()
    Image.fromarray(np.concatenate(pictures, axis=1)).save(file, format="PNG")
    write_whole(path, file.getvalue())


def _open(path: Path) -> Image.Image:
    """The decoded picture; Pillow's warning of a decompression bomb counts as an error."""
    if not path.is_file():
        raise InputError(f"{path} does not exist or is no file: name a picture.")
    if path.stat().st_size > MAX_FILE_BYTES:
        raise InputError(f"{path} is larger than {MAX_FILE_BYTES // 1_000_000} MB: make it smaller.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of damage in what is not needed, such as EXIF
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=FORMATS) as image:
                holds_several = image.format != SEVERAL_BY_NATURE and getattr(image, "is_animated", False)
                image.load()
                turned = ImageOps.exif_transpose(image)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise InputError(f"{path} has more than {Image.MAX_IMAGE_PIXELS} pixels: make it smaller.") from None
    except UnidentifiedImageError:
        raise InputError(f"{path} is no picture that can be read: convert it to {NAMED}.") from None
    except PermissionError:
        raise InputError(f"{path} may not be read: change its permissions.") from None
    except (OSError, SyntaxError, ValueError, EOFError, TypeError, KeyError, IndexError, ZeroDivisionError):
        raise InputError(f"{path} is damaged: save the picture again.") from None  # what Pillow raises for broken parts
    if holds_several:
        raise InputError(f"{path} holds several pictures: save the one with the digit by itself.")
    return turned


def _to_grey(image: Image.Image) -> np.ndarray:
    if image.mode.startswith(("I", "F")):  # more than 8 bits of grey
        return np.asarray(_shrink(Image.fromarray(_to_eight_bits(np.asarray(image)))))
    if "A" in image.mode or "transparency" in image.info:
        mode = "LA" if image.mode == "LA" else "RGBA"
        return _lay_on_ground(np.asarray(_shrink(image.convert(mode))))
    return np.asarray(_shrink(image.convert("L")))


def _shrink(image: Image.Image) -> Image.Image:
    scale = MAX_SIDE / max(image.size)
    if scale >= 1:
        return image
    width, height = (max(1, round(side * scale)) for side in image.size)
    return image.resize((width, height), Image.Resampling.BOX)


def _to_eight_bits(values: np.ndarray) -> np.ndarray:
    """Of 16 bits each grey value by itself; what has another range, such as measured values, between its extremes."""
    if values.dtype.kind == "f" or values.min() < 0 or values.max() > 65535:  # noqa: PLR2004 - 16 bits
        finite = np.nan_to_num(values.astype(np.float64), posinf=0, neginf=0)
        return np.asarray(np.rint((finite - finite.min()) * 255 / max(np.ptp(finite), 1e-9)), np.uint8)
    return np.asarray((values.astype(np.int64) * 255 + 32767) // 65535, np.uint8)


def _lay_on_ground(pixels: np.ndarray) -> np.ndarray:
    """Grey pixels, with the opposite of the ink where (height, width, channels and alpha) is transparent."""
    colours, opacity = pixels[..., :-1], pixels[..., -1].astype(np.float64) / OPAQUE
    grey = np.asarray(Image.fromarray(colours).convert("L")) if colours.shape[-1] > 1 else colours[..., 0]
    ink = np.average(grey, weights=opacity) if opacity.any() else OPAQUE
    ground = 0 if ink > MIDDLE_GREY else OPAQUE
    return np.rint(grey * opacity + ground * (1 - opacity)).astype(np.uint8)
