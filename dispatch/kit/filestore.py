"""Files kept in the database by content: stored in the transaction that refers to them, seen by their tenant only."""

from dataclasses import dataclass

from dispatch.kit.errors import NotFound
from dispatch.kit.files import FileKind, inspect_file
from dispatch.kit.uow import Uow


class FileNotFound(NotFound):
    """No such file of this tenant."""

    def __init__(self) -> None:
        super().__init__("There is no such file in this franchise.")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as it was stored, with the kind its own bytes say."""

    kind: FileKind
    content: bytes


async def store_file(uow: Uow, content: bytes) -> bytes:
    """Keep a file and return the SHA-256 (32 bytes) under which rows of the same tenant refer to it.

    The same bytes are kept once.

    Raises:
        FileTooLarge: over 5 MB.
        FileKindUnknown: neither PNG nor JPEG nor PDF.
    """
    facts = inspect_file(content)
    digest = bytes.fromhex(facts.sha256)
    await uow.run(
        """INSERT INTO files (franchise_id, sha256, media_type, content, created_at, created_by)
           VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (franchise_id, sha256) DO NOTHING""",
        uow.franchise_id,
        digest,
        str(facts.kind),
        content,
        uow.now,
        uow.actor,
    )
    return digest


async def read_file(uow: Uow, sha256: bytes) -> StoredFile:
    """Return a file of the tenant. Whoever asks must first be allowed to see a row that refers to it.

    Raises:
        FileNotFound: the tenant has none with this digest.
    """
    row = await uow.fetchrow(
        "SELECT media_type, content FROM files WHERE franchise_id = $1 AND sha256 = $2", uow.franchise_id, sha256
    )
    if row is None:
        raise FileNotFound
    return StoredFile(FileKind(row["media_type"]), row["content"])


async def forget_file(uow: Uow, sha256: bytes) -> bool:
    """Delete a file of the tenant; False where there is none, or something still refers to it, which keeps it."""
    gone: bool = await uow.fetchval("SELECT forget_file($1, $2)", uow.franchise_id, sha256)
    return gone
