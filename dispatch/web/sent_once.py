"""Forms that make something: the key in a form was made with it, so that sent twice it makes one thing."""

from collections.abc import Awaitable, Callable
from typing import Concatenate, Final, ParamSpec, TypeVar, cast

from fastapi import Request, Response
from pydantic import BaseModel

from dispatch.api.idempotency import LONGEST_KEY, Once
from dispatch.kit.errors import DispatchError
from dispatch.kit.uow import Uow
from dispatch.web.forms import Fault, FormUnfit

Given = ParamSpec("Given")
KeptT = TypeVar("KeptT", bound=BaseModel)

_OUT_OF_DATE: Final = "This form is out of date. Look through it and send it again."


async def send_once(
    request: Request,
    uow: Uow,
    key: str,
    kept: type[KeptT],
    act: Callable[Concatenate[Uow, Given], Awaitable[KeptT]],
    *args: Given.args,
    **kwargs: Given.kwargs,
) -> KeptT:
    """Do what a form asks unless its key did before, and return what came of it. What stops it leaves nothing behind.

    Raises:
        FormUnfit: the form lacks its key.
        IdempotencyKeyReused: the key was sent with something else.
    """
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise FormUnfit({"": Fault(_OUT_OF_DATE)})
    lanes = set(uow.lanes)
    try:
        async with uow.session.begin_nested():
            answer = await Once(uow, request, Response(), key)(act, uow, *args, **kwargs)
    except DispatchError:
        uow.lanes = lanes
        raise
    return kept.model_validate_json(bytes(cast("Response", answer).body))
