"""The photo of a site: the gate or the corner where its crew meets, drawn anew."""

from typing import Final
from uuid import UUID

from dispatch.clients.errors import SiteNotFound
from dispatch.kit.filestore import StoredFile
from dispatch.kit.kept_pictures import PictureColumns, picture_of, replace_picture
from dispatch.kit.pictures import Picture
from dispatch.kit.uow import Uow

_COLUMNS: Final = PictureColumns(
    "SELECT photo_sha256, thumb_sha256 FROM sites WHERE franchise_id = $1 AND id = $2",
    "UPDATE sites SET photo_sha256 = $3, thumb_sha256 = $4 WHERE franchise_id = $1 AND id = $2",
)


async def set_site_photo(uow: Uow, site_id: UUID, picture: Picture | None) -> None:
    """Keep a photo of a site in place of the one before, which is deleted; None for none at all.

    Raises:
        SiteNotFound: the tenant has no such site.
    """
    if not await replace_picture(uow, _COLUMNS, site_id, picture):
        raise SiteNotFound


async def site_photo(uow: Uow, site_id: UUID, sha256: str, *, small: bool) -> StoredFile:
    """Return the photo of one of the tenant's sites, or the small square of it; see `picture_of`.

    Raises:
        FileNotFound: it has no such photo, or is not the tenant's.
    """
    return await picture_of(uow, _COLUMNS, site_id, sha256, small=small)
