"""Pictures that people send: never kept as they came, but drawn anew by a program that is allowed next to nothing."""

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dispatch.kit import redraw
from dispatch.kit.errors import Invalid, Unavailable
from dispatch.kit.files import MAX_BYTES, FileTooLarge

PATIENCE_S: Final = 15.0
"""Longer than the program may think: a busy machine starts it late."""
_AT_ONCE: Final = 2
_PROGRAM: Final = Path(redraw.__file__)

_turns = asyncio.Semaphore(_AT_ONCE)


class PictureUnreadable(Invalid):
    """It is no JPEG, PNG or WebP, or only a part of one."""

    def __init__(self) -> None:
        super().__init__("This is no picture, or a broken one; send a JPEG, a PNG or a WebP.")


class PictureTooLarge(Invalid):
    """It has more pixels than any photo needs, or takes too much to decode."""

    def __init__(self) -> None:
        super().__init__(
            f"The picture is too large; send one of at most {redraw.MOST_PIXELS // 1_000_000} megapixels.",
            most_pixels=redraw.MOST_PIXELS,
        )


class PicturesBusy(Unavailable):
    """Others' pictures are being drawn, and it takes too long."""

    def __init__(self) -> None:
        super().__init__("Too many pictures at once; try again in a moment.")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture drawn anew, in JPEG: at most 800 pixels a side, and a square of 96."""

    portrait: bytes
    small: bytes


async def redraw_picture(content: bytes) -> Picture:
    """Return a picture upright, with nothing in it but its pixels: no place, no comment, nothing that stood behind it.

    It is decoded by a process of its own with bounds on memory and time, which can open neither files nor connections;
    two at a time.

    Raises:
        FileTooLarge: more than 5 MB.
        PictureUnreadable: no JPEG, PNG or WebP, or broken.
        PictureTooLarge: too many pixels, or the bounds were met.
        PicturesBusy: its turn did not come, or it was not done in time.
    """
    if len(content) > MAX_BYTES:
        raise FileTooLarge(len(content))
    try:
        async with asyncio.timeout(PATIENCE_S):
            async with _turns:
                code, out = await _run(content)
    except TimeoutError:
        raise PicturesBusy from None
    if code == redraw.UNREADABLE:
        raise PictureUnreadable
    if code != 0:
        raise PictureTooLarge
    size = int.from_bytes(out[:4], "big")
    return Picture(out[4 : 4 + size], out[8 + size :])


async def _run(content: bytes) -> tuple[int, bytes]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(_PROGRAM),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd="/",
        env={},
    )
    try:
        out, _ = await process.communicate(content)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, out
