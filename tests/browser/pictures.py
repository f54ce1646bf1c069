"""What is pictured: every page and all that opens on one; and the routes that are no picture, each with a reason.

A test holds that every GET route of the console is in one of the two lists.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from playwright.async_api import Page

from dispatch.access.roles import Role
from tests.browser.scenery import State
from tests.factories.access import PASSWORD

Act = Callable[[Page, State], Awaitable[None]]
"""What a viewer does on a page before the picture is taken."""
_AT_WORK: Final = ("normal", "many")
_USUAL: Final = ("normal",)


@dataclass(frozen=True)
class Picture:
    """One thing to look at.

    Attributes:
        name: how its files begin.
        route: the path of the route that shows it.
        query: what follows the path.
        on: the path of the page it opens on; empty when it is a page itself.
        role: who looks; None for somebody not signed in.
        fill: name in a path -> the id that stands for it, where it is called otherwise.
        act: what is done before the picture is taken.
        refused: it is the answer to somebody who may not, or to an address that leads nowhere.
    """

    name: str
    route: str
    query: str = ""
    on: str = ""
    role: Role | None = Role.OWNER
    states: Sequence[str] = ("empty", "normal", "many")
    fill: Mapping[str, str] = field(default_factory=dict)
    act: Act | None = None
    refused: bool = False

    def address(self, state: State) -> str | None:
        """Where it is in a state; None where it is not there."""
        return self._filled(self.route + self.query, state) if state.name in self.states else None

    def page(self, state: State) -> str | None:
        """The page to open first: itself, or the one it opens on."""
        return self._filled(self.on, state) if self.on else self.address(state)

    def _filled(self, path: str, state: State) -> str | None:
        names = {name: self.fill.get(name, name) for name in re.findall(r"\{(\w+)", path)}
        if not all(known in state.ids for known in names.values()):
            return None
        return re.sub(r"\{(\w+)(:path)?\}", lambda name: state.ids[names[name[1]]], path)


def _dialog(name: str, route: str, on: str, **more: object) -> Picture:
    return Picture(f"dialog-{name}", route, on=on, **({"states": _USUAL} | more))  # type: ignore[arg-type]


async def _press(page: Page, selector: str) -> None:
    await page.locator(selector).first.evaluate("element => element.click()")


async def _palette(page: Page, _: State) -> None:
    await page.keyboard.press("Control+k")
    await page.fill("#palette input", "ск")
    await page.wait_for_selector("#palette-found li")


async def _typed_text(page: Page, _: State) -> None:
    await page.fill("#body", "Siz “{when}” kelmadingiz, reytingingiz {rating}[, jarima {amount}] " * 3)
    await page.wait_for_selector("#text-preview .alert")


async def _shortcuts(page: Page, _: State) -> None:
    await page.keyboard.press("?")


async def _account_menu(page: Page, _: State) -> None:
    await _press(page, ".navbar-tools .menu > summary")


async def _filters(page: Page, _: State) -> None:
    await _press(page, "#kept-filters")


async def _ringing(page: Page, state: State) -> None:
    await page.evaluate(
        "id => htmx.ajax('GET', `/ringing/${id}`, { target: '#toasts', swap: 'beforeend' })", state.ids["call_id"]
    )
    await page.wait_for_selector("#toasts .toast-note")


async def _toasts(page: Page, _: State) -> None:
    await page.evaluate(
        """() => { const ru = document.documentElement.lang === "ru";
        toast(ru ? "Сохранено" : "Saved", "success", "/nowhere");
        toast(ru ? "Нет связи с сервером" : "The server does not answer", "danger"); }"""
    )


async def _refused(page: Page, state: State) -> None:
    await page.fill("#login", state.logins[Role.OWNER])
    await page.fill("#password", "wrong")
    await page.click("button[type=submit]")
    await page.wait_for_selector("[role=alert]")


async def _code(page: Page, state: State) -> None:
    await page.fill("#login", state.coded)
    await page.fill("#password", PASSWORD)
    await page.click("button[type=submit]")
    await page.wait_for_url("**/login/code**")


async def _forgot(page: Page, _: State) -> None:
    await page.fill("input[name=login]", "nobody-at-all")
    await page.click("button[type=submit]")
    await page.wait_for_load_state()


async def _begin_factor(page: Page, _: State) -> None:
    begin = page.locator("form[action$='/begin'] button")
    if await begin.count():
        await begin.first.click()
        await page.wait_for_load_state()


async def _look_at_list(page: Page, _: State) -> None:
    rows = "Имя;Телефон\nПётр;8 921 777 01 01\nИван;123\nАлишер;8 921 777 01 02\n"
    name = "список от Авито.csv"
    await page.set_input_files("#file", {"name": name, "mimeType": "text/csv", "buffer": rows.encode()})
    await _press(page, "#import-form button[type=submit]")
    await page.wait_for_selector("#preview table")


async def _unreadable_list(page: Page, _: State) -> None:
    await page.set_input_files("#file", {"name": "a.csv", "mimeType": "text/csv", "buffer": b"Name\nPeter\n"})
    await _press(page, "#import-form button[type=submit]")
    await page.wait_for_selector("[data-problem]:not([hidden])")


async def _nothing_filled_in(page: Page, _: State) -> None:
    await page.evaluate("document.querySelector('main form[method=post]').noValidate = true")
    await _press(page, "main form button[type=submit]")
    await page.wait_for_timeout(300)


async def _best(page: Page, _: State) -> None:
    await page.wait_for_selector("#panel:not([hidden])")


async def _sent_test(page: Page, _: State) -> None:
    await page.fill("#dialog input[name=phone]", "+79215550909")
    await _press(page, "#dialog button[type=submit]")
    await page.wait_for_selector("#fate")


async def _new_token(page: Page, _: State) -> None:
    await page.fill("#dialog input[name=name]", "1С")
    await _press(page, "#dialog button[type=submit]")
    await page.wait_for_selector(".token-secret")


_SHIFT: Final = "/shifts/{shift_id}"
_PERSON: Final = "/people/{worker_id}"
_CLIENT: Final = "/clients/{client_id}"
_SERIES: Final = "/series/{series_id}"
_CANDIDATE: Final = {"worker_id": "candidate_id"}
_STRANGER: Final = {"role": None, "states": _USUAL}

PICTURES: Final[Sequence[Picture]] = (
    Picture("login", "/login", role=None, states=("empty",)),
    Picture("login-refused", "/login", act=_refused, **_STRANGER),
    Picture("login-code", "/login/code", on="/login", act=_code, **_STRANGER),
    Picture("forgotten", "/forgotten", **_STRANGER),
    Picture("forgotten-sent", "/forgotten", act=_forgot, **_STRANGER),
    Picture("new-password", "/new-password/{token}", fill={"token": "reset"}, **_STRANGER),
    Picture("new-password-gone", f"/new-password/dpass_{'x' * 43}", refused=True, **_STRANGER),
    Picture("start-nothing", "/", role=Role.CLIENT, states=_USUAL),
    Picture("account", "/account"),
    Picture("account-menu", "/account", states=_USUAL, act=_account_menu),
    Picture("account-name", "/account/name", states=_USUAL),
    Picture("first-steps", "/first-steps", states=("empty", "normal")),
    Picture("account-password", "/account/password", states=_USUAL),
    Picture("account-password-refused", "/account/password", states=_USUAL, act=_nothing_filled_in),
    Picture("account-phone", "/account/phone", states=_USUAL),
    Picture("second-factor", "/account/second-factor", states=("empty",)),
    Picture("second-factor-begun", "/account/second-factor", states=_USUAL, act=_begin_factor),
    Picture("board", "/board"),
    Picture("board-tomorrow", "/board", "?day=tomorrow"),
    Picture("tomorrow", "/board/tomorrow"),
    Picture("lists", "/board/lists", "?day=today"),
    Picture("board-best", f"{_SHIFT}/best", on="/board", states=_USUAL, act=_best),
    Picture("palette", "/board", "?palette", states=_AT_WORK, act=_palette),
    Picture("shortcuts", "/board", "?keys", states=_USUAL, act=_shortcuts),
    Picture("ringing", "/ringing/{call_id}", on="/orders", states=_USUAL, act=_ringing),
    Picture("toasts", "/orders", "?toasts", states=_USUAL, act=_toasts),
    Picture("shift", _SHIFT),
    Picture("shift-running", _SHIFT, fill={"shift_id": "running_id"}),
    Picture("calls", f"{_SHIFT}/calls"),
    Picture("pass-list", f"{_SHIFT}/pass-list"),
    Picture("on-site", "/site", role=Role.FOREMAN),
    Picture("on-site-shift", "/site/{shift_id}", fill={"shift_id": "running_id"}),
    Picture("lead", "/lead/{token}", fill={"token": "lead"}, role=None, states=_AT_WORK),
    Picture("lead-gone", f"/lead/dlead_{'x' * 43}", refused=True, **_STRANGER),
    Picture("own-page", "/w/{token}", role=None, states=_AT_WORK),
    Picture("own-page-gone", "/w/{nothing}", refused=True, **_STRANGER),
    Picture("duty", "/duty"),
    Picture("people", "/people"),
    Picture("people-network", "/people/network", role=Role.HQ),
    Picture("saved-filters", "/people/filters", on="/people", states=_AT_WORK, act=_filters),
    Picture("people-new", "/people/new"),
    Picture("people-new-refused", "/people/new", "?refused", states=_USUAL, act=_nothing_filled_in),
    Picture("import", "/people/import"),
    Picture("import-preview", "/people/import", "?look", states=_USUAL, act=_look_at_list),
    Picture("import-refused", "/people/import", "?refused", states=_USUAL, act=_unreadable_list),
    Picture("import-done", "/people/imports/{import_id}", states=_AT_WORK),
    Picture("funnel", "/people/funnel"),
    Picture("funnel-stage", "/people/funnel", "?stage=lead"),
    Picture("person", _PERSON),
    Picture("person-candidate", _PERSON, fill=_CANDIDATE),
    Picture("inbox", "/inbox"),
    Picture("inbox-done", "/inbox", "?status=done"),
    Picture("texts-sent", "/messages"),
    Picture("clients", "/clients"),
    Picture("client", _CLIENT),
    Picture("orders", "/orders"),
    Picture("new-order", "/orders/new"),
    Picture("order", "/orders/{order_id}"),
    Picture("series", "/series"),
    Picture("series-new", "/series/new", "?client={client_id}", states=_AT_WORK),
    Picture("series-new-whose", "/series/new", states=("empty", "normal")),
    Picture("series-one", _SERIES),
    Picture("prices", "/prices"),
    Picture("rehearsal", "/rehearsal"),
    Picture("parts", "/console/parts", states=_USUAL),
    Picture("settings", "/settings/policies"),
    Picture("rules", "/settings/policies/{section}"),
    Picture("rules-discipline", "/settings/policies/discipline", states=_USUAL),
    Picture("rules-staffing", "/settings/policies/staffing", states=_USUAL),
    Picture("rules-history", "/settings/policies/{section}/history"),
    Picture("preset", "/settings/policies/presets/{preset}"),
    Picture("users", "/settings/users"),
    Picture("roles", "/settings/roles", states=_USUAL),
    Picture("tokens", "/settings/tokens"),
    Picture("gateways", "/settings/gateways"),
    Picture("delivery", "/settings/gateways/{account_id}/delivery"),
    Picture("texts", "/settings/texts", states=_USUAL),
    Picture("texts-uzbek", "/settings/texts", "?language=uz", states=_USUAL),
    Picture("text", "/settings/texts/offer/ru", states=_USUAL),
    Picture("text-typed", "/settings/texts/no_show/uz", states=_USUAL, act=_typed_text),
    Picture("audit", "/settings/audit"),
    Picture("health", "/settings/health", role=Role.OPERATOR, states=_USUAL),
    Picture("error-403", "/settings/health", "?refused", states=_USUAL, refused=True),
    Picture("error-404", "/shifts/{nothing}", states=_USUAL, refused=True),
    Picture("error-404-stranger", "/nowhere", states=_USUAL, refused=True),
    Picture("error-422", "/shifts/x", states=_USUAL, refused=True),
    _dialog("handover", f"{_SHIFT}/handover", _SHIFT),
    _dialog("leads", f"{_SHIFT}/leads", _SHIFT),
    _dialog("close", f"{_SHIFT}/close", _SHIFT, fill={"shift_id": "running_id"}),
    _dialog("urgent", f"{_SHIFT}/urgent", _SHIFT),
    _dialog("wave", f"{_SHIFT}/wave", _SHIFT),
    _dialog("invite", f"{_SHIFT}/invite", _SHIFT),
    _dialog("why", f"{_SHIFT}/why/{{worker_id}}", _SHIFT),
    _dialog("release", f"{_SHIFT}/seats/{{seat_id}}/release", _SHIFT),
    _dialog("swap", f"{_SHIFT}/seats/{{seat_id}}/swap", _SHIFT),
    _dialog("talk", f"{_SHIFT}/talk/{{worker_id}}", _SHIFT),
    _dialog("pass-of-order", "/orders/{order_id}/pass", f"{_SHIFT}/pass-list"),
    _dialog("pass-facts", f"{_SHIFT}/pass-list/people/{{worker_id}}", f"{_SHIFT}/pass-list"),
    _dialog("keep-filter", "/people/filters/new", "/people"),
    _dialog("person-change", f"{_PERSON}/change", _PERSON),
    _dialog("photo", f"{_PERSON}/photo", _PERSON),
    _dialog("attest", f"{_PERSON}/attest", _PERSON),
    _dialog("bar", f"{_PERSON}/do-not-return", _PERSON),
    *(
        _dialog(form, f"{_PERSON}/ask/{form}", _PERSON, fill={"form": form})
        for form in ("document", "availability", "absence", "archive")
    ),
    _dialog("attest-all", "/people/imports/{import_id}/attest", "/people/imports/{import_id}"),
    _dialog("next", f"{_PERSON}/recruit/next", "/people/funnel", fill=_CANDIDATE),
    _dialog("interview", f"{_PERSON}/interview", "/people/funnel", fill=_CANDIDATE),
    _dialog("thread", "/inbox/{item_id}/thread", "/inbox"),
    _dialog("client-new", "/clients/new", "/clients"),
    _dialog("client-change", f"{_CLIENT}/change", _CLIENT),
    _dialog("site-new", f"{_CLIENT}/sites/new", _CLIENT),
    _dialog("site-change", "/sites/{site_id}/change", _CLIENT),
    _dialog("site-photo", "/sites/{site_id}/photo", _CLIENT),
    _dialog("site-pass", "/sites/{site_id}/pass", _CLIENT),
    _dialog("barred-new", f"{_CLIENT}/barred/new", _CLIENT),
    _dialog("contact-new", f"{_CLIENT}/people/new", _CLIENT),
    _dialog("contact-change", f"{_CLIENT}/people/{{person_id}}/change", _CLIENT),
    _dialog("order-change", "/orders/{order_id}/change", "/orders/{order_id}"),
    _dialog("series-change", f"{_SERIES}/change", _SERIES),
    _dialog("series-from", f"{_SERIES}/from", _SERIES),
    _dialog("series-day", f"{_SERIES}/days/{{day}}", _SERIES),
    _dialog("series-end", f"{_SERIES}/end", _SERIES),
    _dialog("user-new", "/settings/users/new", "/settings/users"),
    _dialog("user-change", "/settings/users/{user_id}/change", "/settings/users"),
    _dialog("user-factor", "/settings/users/{user_id}/second-factor", "/settings/users", fill={"user_id": "coded_id"}),
    _dialog("user-password", "/settings/users/{user_id}/password", "/settings/users"),
    _dialog("token-new", "/settings/tokens/new", "/settings/tokens"),
    Picture("token-made", "/settings/tokens/new", on="/settings/tokens", states=_USUAL, act=_new_token),
    _dialog("gateway-new", "/settings/gateways/new", "/settings/gateways"),
    _dialog("gateway-addresses", "/settings/gateways/{account_id}/addresses", "/settings/gateways"),
    _dialog("gateway-change", "/settings/gateways/{account_id}/change", "/settings/gateways"),
    _dialog("gateway-limits", "/settings/gateways/{account_id}/limits", "/settings/gateways"),
    _dialog("gateway-test", "/settings/gateways/{account_id}/test", "/settings/gateways"),
    Picture(
        *("gateway-tested", "/settings/gateways/{account_id}/test"),
        on="/settings/gateways",
        states=_USUAL,
        act=_sent_test,
    ),
)

_SHOWN_WITH: Final = "a part that its page shows from the beginning"
NOT_PICTURED: Final[Mapping[str, str]] = {
    "/static/{digest}/{name:path}": "a file",
    "/language/{language}": "leads back to the page one was on",
    "/live": "a stream",
    "/settings": "leads to the first section",
    "/site-worker.js": "a script",
    "/site.webmanifest": "for the phone",
    "/lead/{token}/site.webmanifest": "for the phone",
    "/site/{shift_id}/pulse": "a figure for a script",
    "/lead/{token}/pulse": "a figure for a script",
    "/shifts/{shift_id}/papers/{mark_id}": "a file",
    "/people/{worker_id}/photo/{sha256}": "a file, shown on the card",
    "/people/{worker_id}/photo/{sha256}/small": "a file, shown in lists",
    "/people/imports/{import_id}/rejects.csv": "a file",
    "/w/{token}/{rest:path}": "leads to the worker's own page",
    "/sites/{site_id}/photo/{sha256}": "a file, shown on the client's page",
    "/sites/{site_id}/photo/{sha256}/small": "a file, shown on the client's page",
    "/site/{shift_id}/place/{sha256}": "a file, shown on site",
    "/lead/{token}/place/{sha256}": "a file, shown on site",
    "/w/{token}/place/{shift_id}/{sha256}": "a file, shown on the worker's own page",
    "/geocode": "the list under an address, pictured by its own test",
    "/people/{worker_id}/calendar": _SHOWN_WITH,
    "/shifts/{shift_id}/people": "the list in the dialog to invite, as one types",
    "/shifts/{shift_id}/invite/{worker_id}": "follows the dialog to invite",
    "/shifts/{shift_id}/seats/{seat_id}/swap/people": "the list in the dialog to swap, as one types",
    "/clients/{client_id}/barred/people": "the list in the dialog to bar, as one types",
    "/settings/texts/{template}/{language}/preview": "the preview beside a text, as one types",
    "/settings/gateways/texts/{message_id}": "what the tested gateway shows, renewed",
    **dict.fromkeys(
        (
            *(
                "/first-steps/list",
                "/board/cards",
                "/board/alarms",
                "/board/tomorrow/list",
                "/people/funnel/board",
                "/inbox/items",
            ),
            *(
                "/inbox/count",
                "/rehearsal/phones",
                "/rehearsal/next",
                "/clients/{client_id}/card",
                "/clients/{client_id}/notes",
            ),
            *("/orders/{order_id}/state", "/series/{series_id}/now", "/shifts/{shift_id}/crew"),
            *("/shifts/{shift_id}/places", "/shifts/{shift_id}/story", "/people/{worker_id}/facts"),
            *("/people/{worker_id}/record", "/shifts/{shift_id}/pass-list/now", "/shifts/{shift_id}/pass-list/line"),
        ),
        _SHOWN_WITH,
    ),
}
"""Path of a route -> why there is no picture of it."""
