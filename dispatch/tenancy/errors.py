"""What stops a change to a franchise, its policy, its lending or a standing."""

from collections.abc import Callable, Iterable

from dispatch.kit.errors import Conflict, DispatchError, Forbidden, Invalid, NotFound


class FranchiseNotFound(NotFound):
    """No such franchise in the network."""

    def __init__(self) -> None:
        super().__init__("There is no such franchise. Look it up in the list of franchises.")


class FranchiseChanged(Conflict):
    """Somebody else changed the franchise since it was read."""

    def __init__(self) -> None:
        super().__init__("The franchise was changed meanwhile. Read it again, then send the new version in If-Match.")


class FranchiseSlugTaken(Conflict):
    """Another franchise of the network goes by this short name."""

    def __init__(self) -> None:
        super().__init__("This short name is taken by another franchise. Choose another one.")


class PolicySectionUnknown(NotFound):
    """A policy has no such section."""

    def __init__(self, section: str, known: Iterable[str]) -> None:
        super().__init__(f"A policy has no such section; it has {', '.join(known)}.", section=section)


class PolicyVersionUnknown(NotFound):
    """The franchise never had this version of the section."""

    def __init__(self, section: str, version: int) -> None:
        super().__init__(f"There is no version {version} of {section}.", section=section, version=version)


class NetworkSectionRefused(Forbidden):
    """The section is one for the whole network."""

    def __init__(self, section: str) -> None:
        super().__init__(
            f"{section} is the same for the whole network. Only the network's operator changes it.", section=section
        )


class PolicyInvalid(Invalid):
    """The section's body breaks one of its rules."""

    def __init__(self, section: str, problems: list[dict[str, str]]) -> None:
        first = problems[0]
        super().__init__(
            f"{section}: {first['field'] or 'the body'}: {first['problem']}. Correct it and send the whole section.",
            section=section,
            problems=problems,
        )


class PolicyChanged(Conflict):
    """A newer version of the section is in force than the one the change was made from."""

    def __init__(self, section: str, version: int) -> None:
        super().__init__(
            f"{section} is now at version {version}. Read it again, then send that version in If-Match.",
            section=section,
            version=version,
        )


class PresetUnknown(NotFound):
    """No preset of this name."""

    def __init__(self, name: str, known: Iterable[str]) -> None:
        super().__init__(f"There is no such preset; there are {', '.join(known)}.", preset=name)


class LendingToOneself(Invalid):
    """A franchise's own people need no grant."""

    def __init__(self) -> None:
        super().__init__("A franchise does not lend to itself. Name another borrower.")


class StandingWorkerUnknown(NotFound):
    """A standing was to be decided for somebody the pool does not have."""

    def __init__(self) -> None:
        super().__init__("There is no such worker. Look him up in the pool.")


class SuspensionInPast(Invalid):
    """A suspension was to end before it began."""

    def __init__(self) -> None:
        super().__init__("The suspension would end in the past. Send a later moment, or none for an open end.")


CONSTRAINTS: dict[str, Callable[[], DispatchError]] = {
    "franchise_slug_taken": FranchiseSlugTaken,
    "lending_grants_borrower_id_fkey": FranchiseNotFound,
    "standings_worker_id_fkey": StandingWorkerUnknown,
}
"""Database constraint -> the fact it stands for."""
