"""The picture of a row: a portrait and a small square of it, kept as files, replaced and forgotten together."""

from dataclasses import dataclass
from uuid import UUID

from dispatch.kit.filestore import FileNotFound, StoredFile, forget_file, read_file, store_file
from dispatch.kit.pictures import Picture
from dispatch.kit.uow import Uow


@dataclass(frozen=True, slots=True)
class PictureColumns:
    """How a table keeps the picture of a row, in statements of the folder that owns the table.

    Attributes:
        read: takes tenant and row, returns `photo_sha256` and `thumb_sha256`.
        write: takes tenant, row, and both digests, None for no picture.
    """

    read: str
    write: str


async def replace_picture(uow: Uow, columns: PictureColumns, row_id: UUID, picture: Picture | None) -> bool:
    """Keep a picture of a row in place of the one before, whose files are deleted; False where there is no such row."""
    portrait = small = None
    if picture is not None:
        portrait, small = await store_file(uow, picture.portrait), await store_file(uow, picture.small)
    before = await uow.fetchrow(f"{columns.read} FOR NO KEY UPDATE", uow.franchise_id, row_id)
    if before is None:
        return False
    await uow.run(columns.write, uow.franchise_id, row_id, portrait, small)
    for old in {before["photo_sha256"], before["thumb_sha256"]} - {portrait, small, None}:
        await forget_file(uow, old)
    return True


async def picture_of(uow: Uow, columns: PictureColumns, row_id: UUID, sha256: str, *, small: bool) -> StoredFile:
    """Return the picture of a row, or the small square of it.

    Args:
        uow: the tenant's.
        columns: of the table.
        row_id: one of its rows.
        sha256: of the portrait, in hexadecimal digits; an address with another one is of a picture that is gone.
        small: the square.

    Raises:
        FileNotFound: there is no such row, or it has no such picture.
    """
    row = await uow.fetchrow(columns.read, uow.franchise_id, row_id)
    if row is None or row["photo_sha256"] is None or row["photo_sha256"].hex() != sha256:
        raise FileNotFound
    return await read_file(uow, row["thumb_sha256"] if small and row["thumb_sha256"] else row["photo_sha256"])
