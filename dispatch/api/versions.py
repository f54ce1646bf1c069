"""No lost update: who edits names the version he read in If-Match, and gets the present one back as ETag."""

from typing import Annotated, Final

from fastapi import Depends, Header, Response

from dispatch.kit.errors import Invalid

_LONGEST: Final = 12


class VersionMissing(Invalid):
    """An edit came without the version it was made from."""

    def __init__(self) -> None:
        super().__init__('Send the version you read as If-Match, in quotes: If-Match: "3". It is the ETag of the GET.')


async def _version(if_match: Annotated[str | None, Header(description='The ETag you read, e.g. `"3"`.')] = None) -> int:
    """Return the version in If-Match.

    Raises:
        VersionMissing: there is none, or it is not one of our ETags.
    """
    number = (if_match or "").strip().removeprefix("W/").strip('"')
    if not (number.isascii() and number.isdigit() and len(number) <= _LONGEST):
        raise VersionMissing
    return int(number)


IfMatchDep = Annotated[int, Depends(_version)]


def set_version(response: Response, version: int) -> None:
    """Send the version of what is answered as its ETag."""
    response.headers["ETag"] = f'"{version}"'
