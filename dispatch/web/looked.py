"""Nothing is changed unseen: what is saved must be what was looked at."""

import hashlib

from pydantic import BaseModel
from starlette.datastructures import FormData

from dispatch.kit.errors import Conflict


class LookAgain(Conflict):
    """What is to be saved is not what was looked at."""

    def __init__(self) -> None:
        super().__init__("The form was changed after you looked at what it does. Look at it again, then save.")


def print_of(command: BaseModel) -> str:
    """Return what tells one change from another; why it is made changes nothing of what it does."""
    return hashlib.sha256(command.model_dump_json(exclude={"reason", "note"}).encode()).hexdigest()


def require_looked(form: FormData, command: BaseModel) -> None:
    """Refuse a form that says something else than when its effects were shown.

    Raises:
        LookAgain: the form says something else now.
    """
    if form.get("looked") != print_of(command):
        raise LookAgain
