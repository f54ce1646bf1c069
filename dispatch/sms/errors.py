"""Facts that stop a use case of this folder, and the constraints that stand for them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from dispatch.kit.errors import Conflict, DispatchError, Forbidden, Invalid, NotFound


class SmsAccountMissing(Conflict):
    """The franchise has no enabled gateway account to send from."""

    def __init__(self) -> None:
        super().__init__("This franchise has no enabled gateway account: add one, then send again.")


class SmsAccountTaken(Conflict):
    """This number of this gateway account is in the network already."""

    def __init__(self) -> None:
        super().__init__("This number of this account belongs to a franchise already: give another number or account.")


class SmsAccountChanged(Conflict):
    """Somebody else changed the account since it was read."""

    def __init__(self) -> None:
        super().__init__("The account was changed meanwhile. Open it again.")


class SmsAccountNotFound(NotFound):
    """No such gateway account in this franchise."""

    def __init__(self) -> None:
        super().__init__("There is no such account in this franchise: list them with `dispatch accounts list`.")


class SimulatorAccountMissing(Forbidden):
    """A test order needs an account whose texts never reach a real phone, and the franchise has none enabled."""

    def __init__(self) -> None:
        super().__init__(
            "Test keys text through a simulator only, and this franchise has no enabled account bound to one: add it "
            "with `dispatch accounts add --gateway simulator`, or use a live key."
        )


class MessageNotFound(NotFound):
    """No such message in this franchise."""


class QuestionNotFound(NotFound):
    """No such question in this franchise."""


class InboxItemNotFound(NotFound):
    """No such inbox item in this franchise."""

    def __init__(self) -> None:
        super().__init__("There is no such inbox item here: list the inbox again.")


class CodeTaken(Conflict):
    """Another open question of this phone has the code already."""

    def __init__(self) -> None:
        super().__init__("Another open question of this phone already has this code: take a fresh code and repeat.")


class TextTooLong(Invalid):
    """A text longer than 24 segments: no gateway takes it."""


class OwnTextUnfit(Invalid):
    """A text of a franchise's own lacks something its reader needs, or holds something that may not be sent."""

    def __init__(self, faults: Sequence[tuple[str, str]]) -> None:
        super().__init__(
            "This text cannot go out as it is: put back what is missing, take out what is not allowed.",
            faults=[{"kind": kind, "about": about} for kind, about in faults],
        )


class OwnTextChanged(Conflict):
    """Somebody else changed the text since it was read."""

    def __init__(self) -> None:
        super().__init__("The text was changed meanwhile. Open it again.")


class GatewayUnknown(NotFound):
    """No adapter of this name answers webhooks."""

    def __init__(self, gateway: str) -> None:
        super().__init__("No such gateway: use the webhook address shown with the account.", gateway=gateway)


class WebhookRefused(Forbidden):
    """The account is unknown or disabled, or the signature does not fit: nothing was stored."""

    def __init__(self) -> None:
        super().__init__("Unknown account or bad signature: check the account, its number and its secret.")


class WebhookMalformed(Invalid):
    """A webhook without its required fields, or with values that cannot be a text, a number or a status."""


CONSTRAINTS: Final[Mapping[str, Callable[[], DispatchError]]] = {
    "open_code_is_unique": CodeTaken,
    "sms_account_taken": SmsAccountTaken,
    "own_text_version": OwnTextChanged,
    "simulator_account_missing": SimulatorAccountMissing,
}
