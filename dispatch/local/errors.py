"""What can stop a local server; every sentence ends with what to do."""

from dispatch.kit.errors import Conflict, Forbidden, Unavailable


class ProgramMissing(Unavailable):
    """A server program is not installed on this machine."""


class ServiceAccountMissing(Unavailable):
    """We run as root, which PostgreSQL refuses, and the account that Debian makes for it does not exist."""


class CommandFailed(Unavailable):
    """A server's own tool ended with an error; the sentence carries its last words."""


class ServerDidNotStart(Unavailable):
    """A server was started and did not become ready in time."""


class ServerDidNotStop(Unavailable):
    """A server was told to stop and still runs."""


class DirectoryNotOurs(Forbidden):
    """The directory chosen for the servers belongs to another account, so its contents cannot be trusted."""


class DirectoryNotReachable(Unavailable):
    """The account that runs the servers may not enter the directory."""


class StackBusy(Conflict):
    """Another `stack up` or `stack down` of this checkout is still at work."""


class StackFileUnreadable(Conflict):
    """A file written by an earlier `stack up` is damaged or belongs to another account."""


class DatabaseUnreachable(Unavailable):
    """PostgreSQL does not answer where the settings say it is."""


class MigrationBlocked(Conflict):
    """A migration waited for a lock that somebody else holds, and gave up before it could stop the traffic."""


class DatabaseTooNew(Conflict):
    """The database was brought to a revision that this code has never heard of."""


class MigrationsMissing(Unavailable):
    """The folder of migrations is not beside the package."""


class PortsExhausted(Unavailable):
    """No port of this machine is left for a server."""
