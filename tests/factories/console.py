"""What the console answers: its routes, as the app has them."""

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from dispatch.web.routing import ConsoleRoute


def routes_of_console(app: FastAPI) -> list[list[str]]:
    """Return method and path of every route of the console, in order."""
    return sorted(
        [method, str(route.path)]
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute) and isinstance(route.original_route, ConsoleRoute)
        for method in (route.methods or set()) - {"HEAD"}
    )


def changes_of_console(app: FastAPI) -> list[list[str]]:
    """Return method and path of every route that may change something, in order."""
    return [[method, path] for method, path in routes_of_console(app) if method != "GET"]
