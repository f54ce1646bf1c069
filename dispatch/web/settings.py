"""The settings: the list of their sections at the side of each, and the table of what each role may do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Response

from dispatch.access.roles import PERMISSIONS, Permission, Role, can
from dispatch.api.deps import CallerDep, allow
from dispatch.web.frame import Page, PageDep
from dispatch.web.role_words import GROUPS, MEANINGS
from dispatch.web.routing import ConsoleRoute

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Section:
    """One section of the settings, shown at the side to those who may open it."""

    address: str
    name: str
    icon: str
    permission: Permission


SECTIONS: Final[Sequence[Section]] = (
    Section("/settings/policies", "Rules", "adjustments", Permission.FRANCHISE_READ),
    Section("/settings/users", "Users", "users", Permission.USERS_ADMIN),
    Section("/settings/roles", "Roles", "shield-lock", Permission.FRANCHISE_READ),
    Section("/settings/tokens", "API tokens", "key", Permission.TOKENS_ADMIN),
    Section("/settings/gateways", "SMS gateways", "message", Permission.FRANCHISE_WRITE),
    Section("/settings/texts", "Message texts", "message-2", Permission.FRANCHISE_READ),
    Section("/settings/audit", "Audit", "history", Permission.AUDIT_READ),
    Section("/settings/health", "Jobs and health", "heartbeat", Permission.OPERATIONS_READ),
)


def show_settings(page: Page, template: str, status: int = 200, **context: object) -> Response:
    """Answer with a page of the settings."""
    return page.show(template, status, side=SECTIONS, **context)


@router.get("/settings", dependencies=[allow(Permission.FRANCHISE_READ)])
async def open_settings(page: PageDep, caller: CallerDep) -> Response:
    """Open the first section he may see."""
    return page.go(next(section.address for section in SECTIONS if can(caller.role, section.permission)))


@router.get("/settings/roles", dependencies=[allow(Permission.FRANCHISE_READ)])
async def show_roles(page: PageDep) -> Response:
    """Show what each role may do."""
    return show_settings(page, "roles.html", roles=list(Role), groups=GROUPS, meanings=MEANINGS, table=PERMISSIONS)
