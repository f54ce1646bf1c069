"""The photo of a man, kept by his home franchise: a portrait and a small square of it, both drawn anew."""

from typing import Final
from uuid import UUID

from dispatch.kit.filestore import StoredFile
from dispatch.kit.kept_pictures import PictureColumns, picture_of, replace_picture
from dispatch.kit.pictures import Picture
from dispatch.kit.uow import Uow
from dispatch.workers.errors import WorkerNotFound

_COLUMNS: Final = PictureColumns(
    "SELECT photo_sha256, thumb_sha256 FROM worker_contacts WHERE franchise_id = $1 AND worker_id = $2",
    "UPDATE worker_contacts SET photo_sha256 = $3, thumb_sha256 = $4 WHERE franchise_id = $1 AND worker_id = $2",
)


async def set_photo(uow: Uow, worker_id: UUID, picture: Picture | None) -> None:
    """Keep a photo in place of the one before, which is deleted; None for none at all.

    Raises:
        WorkerNotFound: he is not the tenant's.
    """
    if not await replace_picture(uow, _COLUMNS, worker_id, picture):
        raise WorkerNotFound


async def photo_of(uow: Uow, worker_id: UUID, sha256: str, *, small: bool) -> StoredFile:
    """Return the photo of one of the tenant's own men, or the small square of it; see `picture_of`.

    Raises:
        FileNotFound: he has no such photo, or is not the tenant's.
    """
    return await picture_of(uow, _COLUMNS, worker_id, sha256, small=small)
