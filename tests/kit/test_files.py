import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.kit.errors import Invalid
from dispatch.kit.files import MAX_BYTES, FileFacts, FileKind, FileKindUnknown, FileTooLarge, inspect_file, sniff_kind

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PNG + b"\x00\x00\x00\rIHDR", FileKind.PNG),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", FileKind.JPEG),
        (b"\xff\xd8\xff\xe1\x00\x10Exif", FileKind.JPEG),
        (b"%PDF-1.7\n", FileKind.PDF),
    ],
)
def test_the_kind_is_read_from_the_content(content: bytes, kind: FileKind) -> None:
    assert inspect_file(content) == FileFacts(hashlib.sha256(content).hexdigest(), kind, len(content))


@pytest.mark.parametrize(
    "content",
    [b"", b"\x89PNG", b"\xff\xd8", b" %PDF-1.7", b"GIF89a", b"<svg xmlns=", b"PK\x03\x04", b"MZ", b"<html>%PDF-"],
)
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(FileKindUnknown) as caught:
        inspect_file(content)
    assert isinstance(caught.value, Invalid)


@given(st.binary(max_size=64))
def test_no_file_is_of_two_kinds(content: bytes) -> None:
    try:
        kind = sniff_kind(content)
    except FileKindUnknown:
        return
    assert kind in FileKind


def test_the_limit_is_five_megabytes_exactly() -> None:
    assert inspect_file(PNG.ljust(MAX_BYTES, b"\x00")).size == 5 * 1024 * 1024
    with pytest.raises(FileTooLarge, match="5 MB") as caught:
        inspect_file(PNG.ljust(MAX_BYTES + 1, b"\x00"))
    assert caught.value.fields == {"size": MAX_BYTES + 1, "max_bytes": MAX_BYTES}
