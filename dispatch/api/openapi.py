"""What the machine-readable description says beyond what the routes say: how to authenticate, how to repeat."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from dispatch.api.deps import SESSION_COOKIE, classification

DESCRIPTION: Final = """
Shifts of loaders and movers, filled by SMS.

**Authentication**: `Authorization: Bearer <token>`, with a session of `POST /api/v1/auth/login` or an API token. A test
token is bound to the simulator: its orders are test orders, staffed with people registered by test tokens, texted
through the franchise's simulator account and never billed. It reads what its role may and changes nothing real.

**Repeating requests**: a POST that creates or sends takes `Idempotency-Key`. The same key with the same body gives the
first answer again, with `Idempotency-Replayed: true`; with anything else, 422. Errors are not kept.

**Editing**: send the ETag you read as `If-Match`; when somebody was faster, the answer is 409 and you read again.

**Errors** are problem documents (RFC 9457). Decide by `code`; `detail` says what to do.

**Times** are RFC 3339 with an offset; **money** is whole minor units.
"""

_OPEN: Final = frozenset({"public", "webhook"})


def describe_access(app: FastAPI) -> None:
    """Say in the description which routes need a credential, and which permission; call once, after the last router."""
    describe = app.openapi

    def openapi() -> dict[str, Any]:
        described = describe()
        schemes = described.setdefault("components", {}).setdefault("securitySchemes", {})
        schemes["bearer"] = {"type": "http", "scheme": "bearer"}
        schemes["session"] = {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE}
        for path, method, name in classified(app):
            operation = described["paths"].get(path, {}).get(method.lower())
            if operation is None:
                continue
            operation["security"] = [] if name in _OPEN else [{"bearer": []}, {"session": []}]
            operation["x-permission"] = name
        return described

    app.openapi = openapi  # type: ignore[method-assign]  # the framework's own way to amend the description


def classified(app: FastAPI) -> list[tuple[str, str, str | None]]:
    """Return (path, method, classification) of every route of ours; None marks a route that says nothing about it."""
    return [
        (route.path or "", method, classification(route.dependencies))
        for route in iter_route_contexts(app.routes)
        if hasattr(route, "dependencies")
        for method in sorted(route.methods or ())
    ]
