"""What can be asked of access; the HTTP bodies, too. Secrets are `SecretStr`, so that no log or error shows them."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from dispatch.access.roles import Role
from dispatch.kit.text import Clean
from dispatch.kit.walltime import Instant

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
LONGEST_CODE = 40

Login = Annotated[
    str,
    Clean(max_length=120, min_length=3),
    StringConstraints(to_lower=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9._@+-]*$"),
]
"""What a person types to sign in; letters of either case are the same."""
Name = Annotated[str, Clean(max_length=120)]
Reason = Annotated[str, Clean(max_length=300, min_length=3)]
"""Why something was done to somebody's account, for whoever reads the audit."""
NewPassword = Annotated[SecretStr, Field(min_length=SHORTEST_PASSWORD, max_length=LONGEST_PASSWORD)]


class Command(BaseModel):
    """A request to change something: frozen, and strict about what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class LogIn(Command):
    """Sign in. Anything may be tried as a login, so that a malformed one is refused like a wrong one.

    `code` is asked for where the account has a second factor: from the authenticator app, or a recovery code.
    """

    login: Annotated[str, StringConstraints(to_lower=True, strip_whitespace=True, min_length=1, max_length=120)]
    password: Annotated[SecretStr, Field(min_length=1, max_length=LONGEST_PASSWORD)]
    code: Annotated[SecretStr, Field(min_length=1, max_length=LONGEST_CODE)] | None = None


class CreateUser(Command):
    """Open an account; the login is one for the whole network. Links for a new password go to `phone`."""

    login: Login
    name: Name
    role: Role
    password: NewPassword
    phone: Annotated[str, Field(max_length=40)] | None = None


class ChangeRole(Command):
    """Give an account another role."""

    role: Role


class ChangeUser(Command):
    """Give an account another name, phone or role, and say why. An empty phone takes it away."""

    name: Name
    phone: Annotated[str, Field(max_length=40)] | None = None
    role: Role
    reason: Reason


class ResetSecondFactor(Command):
    """Take somebody's lost second factor away, and say why."""

    reason: Reason


class ChangeName(Command):
    """Set one's own name."""

    name: Name


class ResetPassword(Command):
    """Set a new password for an account."""

    password: NewPassword


class CreateToken(Command):
    """Make an API token. A `test` token is bound to the simulator: what it causes never reaches a real phone."""

    name: Name
    role: Role
    test: bool = False
    expires_at: Instant | None = None
