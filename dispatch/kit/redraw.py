"""Draw a picture anew: run as a program of its own, because what decodes a stranger's picture may be broken by it.

It reads the picture from its input and writes two JPEGs to its output, the portrait and a small square, each with its
length before it as four bytes, most significant first. Before a byte of the picture is decoded it gives up, for good,
memory, time, and the right to open anything: with no descriptor left there is neither a file nor a network. It imports
nothing of ours, so that it starts fast and holds no secret.
"""

import io
import resource
import sys
from typing import Final

from PIL import Image, ImageOps

FORMATS: Final = ("JPEG", "PNG", "WEBP")
MOST_PIXELS: Final = 40_000_000
PORTRAIT: Final = 800
SMALL: Final = 96
CPU_S: Final = 6
MEMORY: Final = 640 * 1024 * 1024

UNREADABLE: Final = 3
"""The exit code of what is no picture of these kinds, or only a part of one."""
TOO_LARGE: Final = 4
"""The exit code of a picture with too many pixels; they are counted before they are decoded."""

_QUALITY: Final = 85
_WHITE: Final = (255, 255, 255)


def give_up_rights() -> None:
    """Take away what decoding does not need; the kernel holds it, and nothing here can ask for it back."""
    for limit, most in (
        (resource.RLIMIT_CPU, CPU_S),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(limit, (most, most))


def redraw(content: bytes) -> tuple[bytes, bytes]:
    """Return portrait and small square, upright, on white, with nothing but their pixels.

    Raises:
        Image.DecompressionBombError: it has too many pixels.
        OSError, SyntaxError, ValueError: it is no picture of these kinds, or a broken one.
    """
    with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise Image.DecompressionBombError
        picture.draft("RGB", (2 * PORTRAIT, 2 * PORTRAIT))
        picture.load()
        upright = picture.copy()
    upright.thumbnail((2 * PORTRAIT, 2 * PORTRAIT))
    upright = ImageOps.exif_transpose(upright).convert("RGBA")
    upright.thumbnail((PORTRAIT, PORTRAIT))
    # Pasted onto a new one: what stood beside the pixels, places and comments and profiles, stays behind.
    portrait = Image.new("RGB", upright.size, _WHITE)
    portrait.paste(upright, mask=upright)
    return _jpeg(portrait), _jpeg(ImageOps.fit(portrait, (SMALL, SMALL), centering=(0.5, 0.3)))


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY, optimize=True)
    return out.getvalue()


def main() -> int:
    """Run as a program; the exit code says what was wrong."""
    content = sys.stdin.buffer.read()
    Image.init()
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    give_up_rights()
    try:
        drawn = redraw(content)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return TOO_LARGE
    except (OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError):
        return UNREADABLE
    for picture in drawn:
        sys.stdout.buffer.write(len(picture).to_bytes(4, "big") + picture)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
