"""What pages load: styles, scripts, pictures, each under a name that changes with its content, so browsers keep it.

Our own files lie in `static/`; those of others come from the checkout's `node_modules`, at the versions of
`package-lock.json`. Everything is read once, when a process starts, and served from memory.
"""

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from dispatch.kit.errors import NotFound, Unavailable

ADDRESS: Final = "/static"
FOR_EVER: Final = "public, max-age=31536000, immutable"

_HERE: Final = Path(__file__).parent / "static"
_MODULES: Final = Path(__file__).parents[2] / "node_modules"
_VENDORED: Final[Mapping[str, str]] = {
    "tabler.css": "@tabler/core/dist/css/tabler.min.css",
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "idiomorph.js": "idiomorph/dist/idiomorph-ext.min.js",
    "leaflet.css": "leaflet/dist/leaflet.css",
    "leaflet.js": "leaflet/dist/leaflet.js",
    "uplot.css": "uplot/dist/uPlot.min.css",
    "uplot.js": "uplot/dist/uPlot.iife.min.js",
}
_SPRITE: Final = "@tabler/icons-sprite/dist/tabler-sprite.svg"
_COMPRESSIBLE: Final = frozenset({".css", ".js", ".svg", ".json", ".webmanifest"})
_BLANK: Final = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />'
"""Shows nothing, and stands in each of thousands of icons."""
_SYMBOL: Final = re.compile(r'<symbol id="tabler-(?P<name>[^"]+)"[^>]*>(?P<drawing>.*?)</symbol>', re.DOTALL)


class AssetsMissing(Unavailable):
    """The browser's files were never installed."""


class AssetNotFound(NotFound):
    """There is no such file, or only a newer one."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as served."""

    name: str
    digest: str
    media_type: str
    content: bytes
    zipped: bytes | None

    @property
    def url(self) -> str:
        """Its address, which changes with its content."""
        return f"{ADDRESS}/{self.digest}/{self.name}"


class Assets:
    """All files of the pages, by name."""

    def __init__(self, assets: Mapping[str, Asset], icons: Mapping[str, str]) -> None:
        self._assets = assets
        self._icons = icons

    @classmethod
    def load(cls) -> "Assets":
        """Read everything.

        Raises:
            AssetsMissing: `script/bootstrap` has not installed the browser's packages.
        """
        found = {name: _asset(name, content) for name, content in _files()}
        return cls(found, _drawings())

    def url(self, name: str) -> str:
        """Return the address of a file; a name that is none of ours is a mistake in a template."""
        return self._assets[name].url

    def content(self, name: str) -> bytes:
        """Return a file as it is, for the few that must be at an address of their own."""
        return self._assets[name].content

    def icon(self, name: str) -> str:
        """Return the inner drawing of an icon, for inside an `svg` of 24 by 24."""
        return self._icons[name]

    def respond(self, request: Request, digest: str, name: str) -> Response:
        """Answer with a file, packed when the browser can unpack it.

        Raises:
            AssetNotFound: there is none of this name and content.
        """
        asset = self._assets.get(name)
        if asset is None or asset.digest != digest:
            raise AssetNotFound("There is no such file; load the page again.")
        headers = {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
        if asset.zipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(asset.zipped, 200, headers | {"Content-Encoding": "gzip"}, asset.media_type)
        return Response(asset.content, 200, headers, asset.media_type)


def _files() -> Iterator[tuple[str, bytes]]:
    for path in sorted(_HERE.rglob("*")):
        if path.is_file():
            yield path.relative_to(_HERE).as_posix(), path.read_bytes()
    for name, source in _VENDORED.items():
        yield name, _installed(source)


def _installed(source: str) -> bytes:
    try:
        return (_MODULES / source).read_bytes()
    except FileNotFoundError:
        raise AssetsMissing(f"{source} is not installed: run script/bootstrap.") from None


def _asset(name: str, content: bytes) -> Asset:
    suffix = Path(name).suffix
    media_type = "application/manifest+json" if suffix == ".webmanifest" else mimetypes.guess_type(name)[0]
    return Asset(
        name=name,
        digest=hashlib.sha256(content).hexdigest()[:16],
        media_type=media_type or "application/octet-stream",
        content=content,
        zipped=gzip.compress(content, 6, mtime=0) if suffix in _COMPRESSIBLE else None,
    )


def _drawings() -> dict[str, str]:
    sprite = _installed(_SPRITE).decode()
    return {found["name"]: found["drawing"].replace(_BLANK, "") for found in _SYMBOL.finditer(sprite)}
