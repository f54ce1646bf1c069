"""The photo of a man, kept by his home franchise: a portrait and a small square of it, both drawn anew."""

from typing import Final
from uuid import UUID

from dispatch.kit.filestore import FileNotFound, StoredFile, forget_file, read_file, store_file
from dispatch.kit.pictures import Picture
from dispatch.kit.uow import Uow
from dispatch.workers.errors import WorkerNotFound

_KEPT: Final = """
SELECT photo_sha256, thumb_sha256 FROM worker_contacts WHERE franchise_id = $1 AND worker_id = $2
"""


async def set_photo(uow: Uow, worker_id: UUID, picture: Picture) -> None:
    """Keep a photo in place of the one before, which is deleted.

    Raises:
        WorkerNotFound: he is not the tenant's.
    """
    await _replace(uow, worker_id, await store_file(uow, picture.portrait), await store_file(uow, picture.small))


async def remove_photo(uow: Uow, worker_id: UUID) -> None:
    """Delete his photo; without one nothing changes.

    Raises:
        WorkerNotFound: he is not the tenant's.
    """
    await _replace(uow, worker_id, None, None)


async def photo_of(uow: Uow, worker_id: UUID, sha256: str, *, small: bool) -> StoredFile:
    """Return the photo of one of the tenant's own men, or the small square of it.

    Args:
        uow: the tenant's.
        worker_id: one of its own men.
        sha256: of the portrait, in hexadecimal digits; an address with another one is of a photo that is gone.
        small: the square.

    Raises:
        FileNotFound: he has no such photo, or is not the tenant's.
    """
    row = await uow.fetchrow(_KEPT, uow.franchise_id, worker_id)
    if row is None or row["photo_sha256"] is None or row["photo_sha256"].hex() != sha256:
        raise FileNotFound
    return await read_file(uow, row["thumb_sha256"] if small and row["thumb_sha256"] else row["photo_sha256"])


async def _replace(uow: Uow, worker_id: UUID, portrait: bytes | None, small: bytes | None) -> None:
    before = await uow.fetchrow(f"{_KEPT} FOR NO KEY UPDATE", uow.franchise_id, worker_id)
    if before is None:
        raise WorkerNotFound
    await uow.run(
        "UPDATE worker_contacts SET photo_sha256 = $3, thumb_sha256 = $4 WHERE franchise_id = $1 AND worker_id = $2",
        uow.franchise_id,
        worker_id,
        portrait,
        small,
    )
    for old in {before["photo_sha256"], before["thumb_sha256"]} - {portrait, small, None}:
        await forget_file(uow, old)
