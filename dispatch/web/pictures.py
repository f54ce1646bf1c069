"""Pictures in forms and in answers."""

from typing import Annotated, Final

from fastapi import Path, Request, Response
from starlette.datastructures import UploadFile

from dispatch.kit.filestore import StoredFile
from dispatch.kit.pictures import Picture, PictureUnreadable, redraw_picture
from dispatch.web.doors import PAGE_HEADERS

_KEPT: Final = {"Cache-Control": "private, max-age=31536000, immutable"}
"""The digest in the address changes with the picture."""

Digest = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]


async def picture_sent(request: Request) -> Picture:
    """Return the picture a form brings as `photo`, drawn anew.

    Raises:
        PictureUnreadable: it brings none, or what is no picture.
        FileTooLarge, PictureTooLarge, PicturesBusy: see `redraw_picture`.
    """
    async with request.form(max_files=1, max_fields=5) as form:
        sent = form.get("photo")
        content = await sent.read() if isinstance(sent, UploadFile) else b""
    if not content:
        raise PictureUnreadable
    return await redraw_picture(content)


def picture_shown(kept: StoredFile) -> Response:
    """Answer with a picture that a browser may keep for good."""
    return Response(kept.content, 200, dict(PAGE_HEADERS) | _KEPT, str(kept.kind))
