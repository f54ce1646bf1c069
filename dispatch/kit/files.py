"""Files: what they are by their content, never by their name, and their address, the digest of that content."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from dispatch.kit.errors import Invalid

MAX_BYTES = 5 * 1024 * 1024


class FileKind(StrEnum):
    """The kinds kept, each written as its media type (RFC 6838)."""

    PNG = "image/png"
    JPEG = "image/jpeg"
    PDF = "application/pdf"


# The first bytes of each kind: PNG (ISO 15948, 5.2), JPEG start of image and next marker (ITU T.81, B.1.1), and PDF
# (ISO 32000, 7.5.2), which is accepted at the very start only, so that one file is never two kinds.
_MAGIC = {
    b"\x89PNG\r\n\x1a\n": FileKind.PNG,
    b"\xff\xd8\xff": FileKind.JPEG,
    b"%PDF-": FileKind.PDF,
}


class FileTooLarge(Invalid):
    """The file is larger than what is kept in the database."""

    def __init__(self, size: int) -> None:
        super().__init__(
            f"The file is larger than {MAX_BYTES // 1024 // 1024} MB; send a smaller scan or photo.",
            size=size,
            max_bytes=MAX_BYTES,
        )


class FileKindUnknown(Invalid):
    """The content is not of a kind that is kept, whatever the file is called."""

    def __init__(self) -> None:
        super().__init__("The file is not a PNG, a JPEG or a PDF; send it as one of these.")


@dataclass(frozen=True)
class FileFacts:
    """What is known of a file from its bytes alone.

    Attributes:
        sha256: content address, 64 hexadecimal digits; the same bytes are the same file.
        kind: by its first bytes.
        size: in bytes.
    """

    sha256: str
    kind: FileKind
    size: int


def sniff_kind(content: bytes) -> FileKind:
    """Return the kind by the first bytes.

    Raises:
        FileKindUnknown: they belong to none of the kinds kept; an empty file too.
    """
    for magic, kind in _MAGIC.items():
        if content.startswith(magic):
            return kind
    raise FileKindUnknown


def inspect_file(content: bytes) -> FileFacts:
    """Return the facts of a file that may be kept.

    Serve it with the sniffed media type and `X-Content-Type-Options: nosniff`, never with what the sender claimed.

    Raises:
        FileTooLarge: over 5 MB.
        FileKindUnknown: neither PNG nor JPEG nor PDF.
    """
    if len(content) > MAX_BYTES:
        raise FileTooLarge(len(content))
    return FileFacts(sha256=hashlib.sha256(content).hexdigest(), kind=sniff_kind(content), size=len(content))
