"""What stops a change to a client, a site, or the do-not-return list."""

from collections.abc import Callable

from dispatch.kit.errors import Conflict, DispatchError, NotFound


class ClientNotFound(NotFound):
    """No such client in this franchise."""

    def __init__(self) -> None:
        super().__init__("There is no such client in this franchise; list them with GET /api/v1/clients.")


class ClientChanged(Conflict):
    """Somebody else changed the client since it was read."""

    def __init__(self, version: int) -> None:
        super().__init__(
            f"The client was changed meanwhile and is now at version {version}. Read it again, then send that version "
            "in If-Match.",
            version=version,
        )


class ClientArchived(Conflict):
    """The client is archived, so nothing new may be kept for it."""

    def __init__(self) -> None:
        super().__init__("This client is archived. Take it back first, or choose another one.")


class PersonNotFound(NotFound):
    """No such person of this client."""

    def __init__(self) -> None:
        super().__init__("This client has no such person.")


class PersonChanged(Conflict):
    """Somebody else changed the person since it was read."""

    def __init__(self, version: int) -> None:
        super().__init__("This person was changed meanwhile. Look again, then change what is left.", version=version)


class CuratorUnknown(NotFound):
    """No such account in this franchise."""

    def __init__(self) -> None:
        super().__init__("curator_id: there is no such account in this franchise.")


class SiteNotFound(NotFound):
    """No such site in this franchise, or none of this client."""

    def __init__(self) -> None:
        super().__init__("There is no such site of this client; list them with GET /api/v1/sites.")


class SiteChanged(Conflict):
    """Somebody else changed the site since it was read."""

    def __init__(self, version: int) -> None:
        super().__init__(
            f"The site was changed meanwhile and is now at version {version}. Read it again, then send that version "
            "in If-Match.",
            version=version,
        )


class WorkerUnknown(NotFound):
    """No such worker in the network."""

    def __init__(self) -> None:
        super().__init__("worker_id: there is no such worker in the network.")


class DoNotReturnStands(Conflict):
    """The same decision stands already."""

    def __init__(self) -> None:
        super().__init__("This man is kept from there by the same side already; nothing needs to be done.")


class DoNotReturnNotFound(NotFound):
    """No such entry on this franchise's list."""

    def __init__(self) -> None:
        super().__init__("There is no such entry on the do-not-return list.")


CONSTRAINTS: dict[str, Callable[[], DispatchError]] = {
    "client_has_a_curator": CuratorUnknown,
    "client_people_franchise_id_client_id_fkey": ClientNotFound,
    "sites_franchise_id_client_id_fkey": ClientNotFound,
    "do_not_return_franchise_id_client_id_fkey": ClientNotFound,
    "do_not_return_franchise_id_client_id_site_id_fkey": SiteNotFound,
    "do_not_return_worker_id_fkey": WorkerUnknown,
    "do_not_return_stands": DoNotReturnStands,
}
"""Database constraint -> the fact it stands for."""
