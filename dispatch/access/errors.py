"""What stops somebody at the door, or an administrator of accounts."""

from collections.abc import Callable
from datetime import datetime

from dispatch.access.roles import Permission, Role
from dispatch.kit.errors import Conflict, DispatchError, Forbidden, Invalid, NotFound, TooMany, Unauthenticated


class CredentialsMissing(Unauthenticated):
    """The request came without a session and without a token."""

    def __init__(self) -> None:
        super().__init__("Sign in first, or send `Authorization: Bearer <token>`.")


class CredentialsRejected(Unauthenticated):
    """The session or token is unknown, expired or revoked; which of them is not told."""

    def __init__(self) -> None:
        super().__init__("This session or token is no longer valid. Sign in again, or make a new token.")


class LoginRefused(Unauthenticated):
    """Login and password do not belong together, or there is no such account; which of them is not told."""

    def __init__(self) -> None:
        super().__init__("Login or password is wrong. Check both and try again.")


class LoginLocked(TooMany):
    """Too many wrong passwords for this login; it opens by itself."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            f"Too many wrong passwords for this login. Wait {retry_after} seconds, then try again.",
            retry_after=retry_after,
        )


class SecondFactorRequired(Unauthenticated):
    """Login and password are right, and this account asks for a code as well."""

    def __init__(self) -> None:
        super().__init__("This account asks for a code as well: send `code`, from the authenticator app.")


class SecondFactorRefused(Unauthenticated):
    """The code is wrong, too old, or was used before; which of them is not told."""

    def __init__(self) -> None:
        super().__init__("This code is wrong or was used before. Wait for the next one and try again.")


class SecondFactorLocked(TooMany):
    """Too many wrong codes for this account; it opens by itself."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            f"Too many wrong codes for this account. Wait {retry_after} seconds, then try again.",
            retry_after=retry_after,
        )


class SecondFactorNotSetUp(Forbidden):
    """The account's role needs a second factor and the account has none yet; until then it may do nothing else."""

    def __init__(self) -> None:
        super().__init__("This account needs a second factor first: sign in at the console and set it up there.")


class SecondFactorAlreadySetUp(Conflict):
    """The account has a second factor; another one does not replace it by the way."""

    def __init__(self) -> None:
        super().__init__("This account has a second factor already. Turn it off first to set up another one.")


class SecondFactorMissing(Conflict):
    """There is nothing to confirm, to renew or to turn off."""

    def __init__(self) -> None:
        super().__init__("This account has no second factor. Begin to set one up.")


class SignInExpired(Unauthenticated):
    """The password was right, but the code came too late, or the sign-in was finished already."""

    def __init__(self) -> None:
        super().__init__("This took too long. Sign in again from the beginning.")


class PasswordRefused(Forbidden):
    """What was typed as the present password is not it."""

    def __init__(self) -> None:
        super().__init__("Your present password is wrong. Check it and try again.")


class PasswordResetsLocked(TooMany):
    """Too many links for a new password were asked for; it opens by itself."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            f"Too many new passwords were asked for from here. Wait {-(-retry_after // 60)} minutes, then try again.",
            retry_after=retry_after,
        )


class PhoneMissing(Conflict):
    """A link was to be sent to an account that has no phone."""

    def __init__(self) -> None:
        super().__init__("This account has no phone. Set a first password instead.")


class ResetLinkSpent(NotFound):
    """The link for a new password is unknown, too old, or was used; which of them is not told."""

    def __init__(self) -> None:
        super().__init__("This link does not work any more. Ask for a new one.")


class PermissionMissing(Forbidden):
    """The role of this account or token does not include what the route asks for."""

    def __init__(self, permission: Permission, role: Role) -> None:
        super().__init__(
            f"The role {role} may not do this. Ask the franchise's owner for a role with `{permission}`.",
            permission=str(permission),
            role=str(role),
        )


class CrossSiteRequest(Forbidden):
    """A browser sent the session cookie with a change that did not come from our own pages."""

    def __init__(self) -> None:
        super().__init__("This change did not come from our own pages. Open the console and do it there.")


class RoleNotGrantable(Forbidden):
    """Nobody gives a role that is not below his own."""

    def __init__(self, role: Role) -> None:
        super().__init__(f"You may not give or change the role {role}. Ask the network's operator.", role=str(role))


class PeopleOnly(Forbidden):
    """A program asked for what only a signed-in person may do."""

    def __init__(self) -> None:
        super().__init__("Only a person may do this, not an API token. Sign in with a login and password.")


class TestKeyRefused(Forbidden):
    """A test key asked to change something real."""

    __test__ = False

    def __init__(self) -> None:
        super().__init__(
            "A test key changes only test orders and the people registered with test keys. Use a live key for this."
        )


class PhoneCodeRefused(Invalid):
    """The code is wrong, too old, or was sent to another number; which of them is not told."""

    def __init__(self) -> None:
        super().__init__("This code is wrong or too old. Type the one from the newest message, or ask for another.")


class PhoneCodesLocked(TooMany):
    """Too many codes for phones were asked for or tried; it opens by itself."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many codes. Wait {retry_after} seconds, then try again.", retry_after=retry_after)


class OwnAccount(Conflict):
    """An administrator's act on his own account, which the account's own page does with a proof."""

    def __init__(self) -> None:
        super().__init__("This is your own account: change it on the page of your account.")


class AccountChanged(Conflict):
    """Somebody else changed the account meanwhile."""

    def __init__(self) -> None:
        super().__init__("Somebody changed this account meanwhile. Look at it again.")


class LoginTaken(Conflict):
    """The login belongs to another account of the network."""

    def __init__(self) -> None:
        super().__init__("This login is taken. Choose another one.")


class LastOwner(Conflict):
    """The franchise would be left without anybody who may administer it."""

    def __init__(self) -> None:
        super().__init__("This is the franchise's last owner. Make somebody else an owner first.")


class UserNotFound(NotFound):
    """No such account in this franchise."""

    def __init__(self) -> None:
        super().__init__("There is no such account in this franchise.")


class TokenNotFound(NotFound):
    """No such API token in this franchise."""

    def __init__(self) -> None:
        super().__init__("There is no such token in this franchise.")


class SessionNotFound(NotFound):
    """No such live session of this account."""

    def __init__(self) -> None:
        super().__init__("There is no such session of yours, or it has ended already.")


class TokenExpiryInPast(Invalid):
    """A token was asked for that would be dead at birth."""

    def __init__(self, expires_at: datetime) -> None:
        super().__init__(
            "expires_at lies in the past. Send a later moment, or leave it out.", expires_at=expires_at.isoformat()
        )


CONSTRAINTS: dict[str, Callable[[], DispatchError]] = {"login_taken": LoginTaken}
"""Database constraint -> the fact it stands for."""
