"""What keeps pages safe in a browser: the headers of every answer, and the proof that a change comes from our own page.

A change by cookie is believed only with both: the browser says that one of our pages made the request (Sec-Fetch-Site,
or Origin), and the request carries the session's own token, which no other site can read.
"""

import hashlib
import hmac
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from fastapi import Request

from dispatch.access.errors import CrossSiteRequest
from dispatch.api.deps import CallerDep, ResourcesDep
from dispatch.kit.errors import DispatchError
from dispatch.settings import SHORTEST_KEY, Settings

CSRF_HEADER: Final = "x-csrf-token"
CSRF_FIELD: Final = "csrf"

_POLICY: Final = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def _written(policy: Mapping[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in policy.items())


PAGE_HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Content-Security-Policy": _written(_POLICY),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
        "Cache-Control": "no-store",
    }
)
"""Of every page: only our own files, no script or style inside it, in nobody's frame, kept by nobody."""


@cache
def headers_with_map(tiles_origin: str) -> Mapping[str, str]:
    """Return the headers of pages that may show a map whose ground comes from elsewhere; "" for from nowhere."""
    if not tiles_origin:
        return PAGE_HEADERS
    policy = {**_POLICY, "img-src": f"{_POLICY['img-src']} {tiles_origin}"}
    return MappingProxyType({**PAGE_HEADERS, "Content-Security-Policy": _written(policy)})


class SecretKeyTooShort(DispatchError):
    """With a key that can be guessed, anybody could make the token of a session; the process must not start with it."""


def refuse_short_key(settings: Settings) -> None:
    """Raise unless the key of this installation is long enough to make tokens with.

    Raises:
        SecretKeyTooShort: it is missing or shorter than `SHORTEST_KEY` characters.
    """
    if len(settings.secret_key.get_secret_value()) < SHORTEST_KEY:
        raise SecretKeyTooShort(
            f"DISPATCH_SECRET_KEY is missing or shorter than {SHORTEST_KEY} characters. Set a random one, the same for "
            "every process that serves; `dispatch stack up` and deploy/new-env make one."
        )


def csrf_token(settings: Settings, credential: bytes) -> str:
    """Return the token of one session: nobody can make it without our key, and it dies with the session."""
    key = settings.secret_key.get_secret_value().encode()
    return hmac.new(key, b"csrf" + credential, hashlib.sha256).hexdigest()


async def own_page(request: Request, caller: CallerDep, resources: ResourcesDep) -> None:
    """Refuse a change that lacks the session's token, in the header of a part or the field of a form.

    Raises:
        CrossSiteRequest: the token is missing or another's.
    """
    presented = request.headers.get(CSRF_HEADER)
    if presented is None:
        given = (await request.form()).get(CSRF_FIELD)
        presented = given if isinstance(given, str) else ""
    if not hmac.compare_digest(presented.encode(), csrf_token(resources.settings, caller.credential).encode()):
        raise CrossSiteRequest
