"""Pictures from strangers: drawn anew or refused, whatever they are made to do."""

import asyncio
import io
import socket
import struct
import subprocess
import sys
import zlib

import pytest
from PIL import ExifTags, Image

from dispatch.kit import pictures, redraw
from dispatch.kit.files import FileTooLarge
from dispatch.kit.pictures import PictureTooLarge, PictureUnreadable, redraw_picture

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def picture(form: str = "JPEG", size: tuple[int, int] = (60, 40), **more: object) -> bytes:
    drawn = Image.new("RGB", size, "red")
    drawn.paste("blue", (0, 0, size[0] // 2, size[1]))
    out = io.BytesIO()
    drawn.save(out, form, **more)
    return out.getvalue()


def taken_somewhere() -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.ImageDescription] = "secret words"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (59.0, 55.0, 30.0)
    return picture(exif=exif.tobytes(), comment=b"secret words", icc_profile=b"secret words" * 9)


def bomb(side: int) -> bytes:
    """A PNG of kilobytes that says it is enormous, and is."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 3_000_000, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


async def test_a_photo_loses_its_place_and_stands_upright() -> None:
    drawn = await redraw_picture(taken_somewhere())
    portrait, small = (Image.open(io.BytesIO(part)) for part in (drawn.portrait, drawn.small))
    assert (portrait.format, portrait.size, small.size) == ("JPEG", (40, 60), (redraw.SMALL, redraw.SMALL))
    assert dict(portrait.getexif()) == {}
    assert set(portrait.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert b"secret" not in drawn.portrait + drawn.small
    # What was left is on top now.
    top, bottom = portrait.getpixel((20, 5)), portrait.getpixel((20, 55))
    assert top[2] > 2 * top[0]
    assert bottom[0] > 2 * bottom[2]


async def test_large_and_clear_pictures_become_small_and_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (1_900, 1_000), (0, 0, 0, 0)).save(out, "WEBP", lossless=True)
    portrait = Image.open(io.BytesIO((await redraw_picture(out.getvalue())).portrait))
    assert portrait.size == (redraw.PORTRAIT, 421)
    assert portrait.getpixel((9, 9)) == (255, 255, 255)


async def test_what_stood_behind_a_picture_is_gone() -> None:
    drawn = await redraw_picture(picture() + b"PK\x03\x04<script>alert(1)</script>" + SVG)
    assert b"script" not in drawn.portrait
    assert b"PK\x03\x04" not in drawn.portrait


@pytest.mark.parametrize(
    "content",
    [b"", b"no picture", SVG, picture("GIF"), picture("TIFF"), picture()[:300], picture("PNG")[:60], b"%PDF-1.7"],
    ids=["nothing", "words", "svg", "gif", "tiff", "half a jpeg", "half a png", "pdf"],
)
async def test_what_is_no_whole_picture_is_refused(content: bytes) -> None:
    with pytest.raises(PictureUnreadable):
        await redraw_picture(content)


async def test_a_bomb_is_refused_before_it_goes_off() -> None:
    assert len(bomb(30_000)) < 5_000
    with pytest.raises(PictureTooLarge):
        await redraw_picture(bomb(30_000))
    with pytest.raises(FileTooLarge):
        await redraw_picture(bytes(5 * 1024 * 1024 + 1))


def limited(code: str) -> subprocess.CompletedProcess[bytes]:
    """Run something in the place of the decoder, with what the decoder is left with."""
    program = f"import runpy, socket; runpy.run_path({redraw.__file__!r})['give_up_rights']()\n{code}"
    return subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, timeout=60, check=False)


def test_the_decoder_can_open_neither_files_nor_connections() -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    for code in (f"socket.create_connection(('127.0.0.1', {port}))", "open('/etc/hostname')"):
        done = limited(code)
        assert b"Too many open files" in done.stderr, done.stderr
    listening.close()


def test_the_decoder_is_stopped_when_it_wants_too_much() -> None:
    assert b"MemoryError" in limited("bytearray(10**9)").stderr
    assert redraw.CPU_S < pictures.PATIENCE_S


async def test_pictures_wait_for_one_another_and_all_are_drawn() -> None:
    drawn = await asyncio.gather(*(redraw_picture(picture(size=(50 + n, 50))) for n in range(4)))
    assert [Image.open(io.BytesIO(one.portrait)).width for one in drawn] == [50, 51, 52, 53]
