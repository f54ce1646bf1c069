"""The rules of a franchise: its policy section by section, changed with a reason and seen before it counts.

A change is two steps on one page: look at what differs, then put it in force. What is sent names the version it was
made from and the change that was looked at: nothing counts that nobody saw, and nobody's change is lost in another's.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel
from starlette.datastructures import FormData

from dispatch.access.roles import Permission, can
from dispatch.api.deps import CallerDep, UowDep, allow
from dispatch.kit.text import INT4_MAX, Clean
from dispatch.kit.uow import Uow
from dispatch.tenancy.errors import NetworkSectionRefused, PolicyChanged
from dispatch.tenancy.policy import NETWORK_SECTIONS, SECTIONS, Policy, Section
from dispatch.tenancy.queries import (
    PolicyInForce,
    SectionInForce,
    franchise_of,
    policy_in_force,
    policy_version,
    section_model,
    section_versions,
    sections_in_force,
)
from dispatch.tenancy.service import apply_preset, preset_sections, write_policy
from dispatch.web.actors import actors_of
from dispatch.web.doors import own_page
from dispatch.web.forms import FormUnfit, fit, text_in, version_in
from dispatch.web.frame import Page, PageDep
from dispatch.web.policy_form import (
    Leaf,
    Typed,
    Unit,
    leaves,
    parts_of,
    read,
    typed_of,
    without_empty_rows,
)
from dispatch.web.policy_lines import Difference, Teller, limits
from dispatch.web.policy_words import TITLES
from dispatch.web.routing import ConsoleRoute
from dispatch.web.settings import show_settings

router = APIRouter(route_class=ConsoleRoute, include_in_schema=False)

RULES: Final = "/settings/policies"
_SEES: Final = [allow(Permission.FRANCHISE_READ)]
_CHANGES: Final = [allow(Permission.POLICIES_WRITE), Depends(own_page)]
_LONGEST: Final = 60
_MOST_VERSIONS: Final = 200
_NOT_OURS: Final = frozenset({"csrf", "version", "seen", "reason", "act"})

PRESET_HINTS: Final[Mapping[str, str]] = {
    "personal-solution": "Only the highly rated where possible, a ladder of strikes, two hours' pay for not coming.",
    "loaders-service": "Everything is recorded and fined; lateness or a complaint ends the cooperation.",
    "demo": "For demonstrations alone: a shift from order to close in about two minutes.",
}
"""Preset -> what it is for."""

Version = Annotated[int, Query(ge=0, le=INT4_MAX)]


class Reason(BaseModel):
    """Why a rule changes, for whoever reads the history."""

    reason: Annotated[str, Clean(max_length=500, min_length=3)]


@dataclass(frozen=True, slots=True)
class Draft:
    """A section as somebody is changing it.

    Attributes:
        typed: what the fields hold.
        version: the one in force that the change is made from.
        faults: what is wrong, by field: sentences of ours, or `limits`.
        changes: what would change; None before he asked to look.
        seen: stands for the change that was looked at.
        notice: what he has to know before he goes on; a sentence of ours.
    """

    typed: Typed
    version: int
    faults: Mapping[str, str] = field(default_factory=dict)
    changes: Sequence[Difference] | None = None
    others: Sequence[Difference] = ()
    seen: str = ""
    reason: str = ""
    reason_fault: str = ""
    notice: str = ""
    saved: bool = False


@router.get(RULES, dependencies=_SEES)
async def show_rules(page: PageDep, uow: UowDep) -> Response:
    """Show the sections with the version in force, and the presets."""
    in_force = await sections_in_force(uow)
    return show_settings(
        page,
        "policies.html",
        titles=TITLES,
        sections=[in_force[name] for name in TITLES],
        network=NETWORK_SECTIONS,
        presets=PRESET_HINTS,
        who=await actors_of(page, uow, [one.author for one in in_force.values()]),
        zone=ZoneInfo((await franchise_of(uow)).zone),
    )


@router.get(f"{RULES}/presets/{{preset}}", dependencies=[allow(Permission.POLICIES_WRITE)])
async def show_preset(preset: str, page: PageDep, uow: UowDep) -> Response:
    """Show what a preset would change."""
    return await _show_preset(page, uow, preset)


@router.post(f"{RULES}/presets/{{preset}}", dependencies=_CHANGES)
async def use_preset(preset: str, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Put a preset in force, from the versions that were looked at."""
    form = await request.form()
    try:
        reason = fit(Reason, {"reason": text_in(form, "reason")}).reason
    except FormUnfit as unfit:
        fault = unfit.faults["reason"].told(page)
        return await _show_preset(page, uow, preset, 422, reason=text_in(form, "reason")[:500], fault=fault)
    looked_at = {name: _number(text_in(form, f"version.{name}")) for name in SECTIONS}
    in_force = (await policy_in_force(uow)).versions
    await preset_sections(uow, preset)
    if any(looked_at[name] != in_force[name] for name in SECTIONS if name not in NETWORK_SECTIONS):
        return await _show_preset(page, uow, preset, 409, reason=reason, moved=True)
    await apply_preset(uow, preset, reason, based_on=looked_at)
    return page.go(f"{RULES}?preset={preset}")


@router.get(f"{RULES}/{{section}}", dependencies=_SEES)
async def show_section(
    section: str,
    page: PageDep,
    caller: CallerDep,
    uow: UowDep,
    restore: Version | None = None,
    saved: Annotated[str, Query(pattern="^(yes)?$")] = "",
) -> Response:
    """Show a section in words, or as a form to who may change it; with `restore`, as it was in an older version."""
    section_model(section)
    found = (await sections_in_force(uow))[section]
    if section in NETWORK_SECTIONS or not can(caller.role, Permission.POLICIES_WRITE):
        return await _show_words(page, uow, found)
    if restore is None:
        draft = Draft(typed_of(section, found.body), found.version, saved=bool(saved))
        return await _show_form(page, uow, found, draft)
    wanted = await policy_version(uow, section, restore)
    draft = Draft(typed_of(section, wanted), found.version, reason=page.say("Back to version %(n)d", n=restore))
    return await _show_form(page, uow, found, await _looked_at(page, uow, found, draft, wanted))


@router.post(f"{RULES}/{{section}}", dependencies=_CHANGES)
async def change_section(section: str, request: Request, page: PageDep, uow: UowDep) -> Response:
    """Show what a change would change, or put it in force when just that was looked at.

    Raises:
        NetworkSectionRefused: the section is one for the whole network.
    """
    model = section_model(section)
    if section in NETWORK_SECTIONS:
        raise NetworkSectionRefused(section)
    found = (await sections_in_force(uow))[section]
    form = await request.form()
    based_on = version_in(form)
    typed = without_empty_rows(section, model, _typed(form))
    draft = Draft(typed, found.version, reason=text_in(form, "reason")[:500])
    read_ = read(section, model, typed)
    if read_.section is None:
        return await _show_form(page, uow, found, replace(draft, version=based_on, faults=read_.faults), 422)
    draft = await _looked_at(page, uow, found, draft, read_.section)
    status, draft = await _judged(page, uow, found, draft, form)
    if status is not None:
        return await _show_form(page, uow, found, draft, status)
    try:
        await write_policy(uow, section, read_.section, draft.reason, based_on=based_on)
    except PolicyChanged:
        found = (await sections_in_force(uow))[section]
        draft = await _looked_at(page, uow, found, replace(draft, version=found.version), read_.section)
        return await _show_form(page, uow, found, await _overtaken(page, uow, found, draft, based_on), 409)
    return page.go(f"{RULES}/{section}?saved=yes")


@router.get(f"{RULES}/{{section}}/history", dependencies=_SEES)
async def show_history(
    section: str,
    page: PageDep,
    uow: UowDep,
    before: Version | None = None,
    after: Version | None = None,
) -> Response:
    """Show the versions of a section, and what differs between two of them: the newest two unless others are named."""
    versions = await section_versions(uow, section, _MOST_VERSIONS)
    newest = versions[0].version if versions else 0
    after = newest if after is None else after
    before = max(after - 1, 0) if before is None else before
    return show_settings(
        page,
        "policy_history.html",
        section=section,
        title=TITLES[section],
        versions=versions,
        network=section in NETWORK_SECTIONS,
        before=before,
        after=after,
        differences=(await _teller(page, uow)).differences(
            section, await policy_version(uow, section, before), await policy_version(uow, section, after)
        ),
        who=await actors_of(page, uow, [one.author for one in versions]),
        zone=ZoneInfo((await franchise_of(uow)).zone),
    )


async def _looked_at(page: Page, uow: Uow, found: SectionInForce, draft: Draft, wanted: Section) -> Draft:
    """Return the draft with what it would change of what is in force."""
    changes = (await _teller(page, uow)).differences(found.section, found.body, wanted)
    seen = hashlib.sha256(wanted.model_dump_json().encode()).hexdigest()[:32]
    return replace(draft, changes=changes, seen=seen)


async def _judged(
    page: Page, uow: Uow, found: SectionInForce, draft: Draft, form: FormData
) -> tuple[int | None, Draft]:
    """Return as what the draft is shown once more, with what is missing; or None and the draft to be saved."""
    based_on = version_in(form)
    if based_on != found.version:
        return 409, await _overtaken(page, uow, found, draft, based_on)
    if text_in(form, "act") != "save" or not draft.changes:
        return 200, draft
    if text_in(form, "seen") != draft.seen:
        notice = "You changed something after you looked. Look once more, then save."
        return 409, replace(draft, notice=notice)
    try:
        return None, replace(draft, reason=fit(Reason, {"reason": draft.reason}).reason)
    except FormUnfit as unfit:
        return 422, replace(draft, reason_fault=unfit.faults["reason"].told(page))


async def _overtaken(page: Page, uow: Uow, found: SectionInForce, draft: Draft, based_on: int) -> Draft:
    """Return the draft, now made from what is in force, with what somebody else changed meanwhile."""
    known = await section_versions(uow, found.section, _MOST_VERSIONS)
    others: Sequence[Difference] = ()
    if based_on == 0 or any(one.version == based_on for one in known):
        then = await policy_version(uow, found.section, based_on)
        others = (await _teller(page, uow)).differences(found.section, then, found.body)
    notice = "Somebody saved another version meanwhile. Nothing of yours is lost: look at both changes, then save."
    return replace(draft, others=others, notice=notice)


async def _show_form(page: Page, uow: Uow, found: SectionInForce, draft: Draft, status: int = 200) -> Response:
    parts = parts_of(found.section, SECTIONS[found.section], draft.typed)
    told = {leaf.name: limits(page, leaf) for _, entries in parts for entry in entries for leaf in leaves(entry)}
    return show_settings(
        page,
        "policy.html",
        status,
        bunches=parts,
        draft=draft,
        faults=_told(page, draft, parts, told),
        limits=told,
        units=[str(unit) for unit in Unit],
        **await _frame(page, uow, found),
    )


def _told(
    page: Page, draft: Draft, parts: Sequence[tuple[str, Sequence[Any]]], told: Mapping[str, str]
) -> dict[str, str]:
    """Return what is wrong in the language of the page; of a figure out of its limits, what they are."""
    known: dict[str, Leaf] = {one.name: one for _, entries in parts for entry in entries for one in leaves(entry)}
    said = {}
    for name, fault in draft.faults.items():
        within = told.get(name) if name in known else ""
        if fault == "limits":
            said[name] = page.say("Possible here: %(limits)s.", limits=within) if within else page.say("More than 0.")
        else:
            said[name] = page.say(fault)
    return said


async def _show_words(page: Page, uow: Uow, found: SectionInForce, status: int = 200) -> Response:
    lines = (await _teller(page, uow)).parts(found.section, found.body)
    return show_settings(page, "policy_words.html", status, lines=lines, **await _frame(page, uow, found))


async def _frame(page: Page, uow: Uow, found: SectionInForce) -> dict[str, Any]:
    return {
        "section": found.section,
        "title": TITLES[found.section],
        "found": found,
        "network": found.section in NETWORK_SECTIONS,
        "who": await actors_of(page, uow, [found.author]),
        "zone": ZoneInfo((await franchise_of(uow)).zone),
        "currency": (await policy_in_force(uow)).policy.money.currency,
    }


async def _show_preset(
    page: Page, uow: Uow, preset: str, status: int = 200, *, reason: str = "", fault: str = "", moved: bool = False
) -> Response:
    wanted = await preset_sections(uow, preset)
    in_force: PolicyInForce = await policy_in_force(uow)
    teller = await _teller(page, uow)
    changes = {name: teller.differences(name, getattr(in_force.policy, name), body) for name, body in wanted.items()}
    return show_settings(
        page,
        "policy_preset.html",
        status,
        preset=preset,
        hint=PRESET_HINTS.get(preset, ""),
        titles=TITLES,
        changes={name: found for name, found in changes.items() if found},
        versions=in_force.versions,
        reason=reason,
        fault=fault,
        moved=moved,
    )


async def _teller(page: Page, uow: Uow) -> Teller:
    policy: Policy = (await policy_in_force(uow)).policy
    return Teller(page, policy.money.currency)


def _typed(form: FormData) -> dict[str, str]:
    return {
        name: value[:_LONGEST]
        for name, value in form.items()
        if isinstance(value, str) and name not in _NOT_OURS and len(name) <= _LONGEST
    }


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(INT4_MAX)) else -1
