"""What stops a change to a worker, and what stops the import of a list."""

from collections.abc import Callable
from uuid import UUID

from dispatch.kit.errors import Conflict, DispatchError, Forbidden, Invalid, NotFound


class WorkerNotFound(NotFound):
    """No such worker in the network, or none of this franchise where only its own may be touched."""

    def __init__(self) -> None:
        super().__init__("There is no such worker of this franchise; list them with GET /api/v1/workers.")


class WorkerChanged(Conflict):
    """Somebody else changed the worker since he was read."""

    def __init__(self, version: int) -> None:
        super().__init__(
            f"The worker was changed meanwhile, he is now at version {version}. Read him again, then send that "
            "version in If-Match.",
            version=version,
        )


class PhoneBelongsToWorker(Conflict):
    """Another worker of this franchise holds the number."""

    def __init__(self, worker_id: UUID) -> None:
        super().__init__(
            "One of your workers holds this number. If both can be reached there, register the second with "
            "shares_phone.",
            worker_id=str(worker_id),
        )


class PhoneAlreadyInNetwork(Conflict):
    """Somebody of the network holds the number; where is not told."""

    def __init__(self) -> None:
        super().__init__("This number belongs to a worker of the network already. Ask the head office to transfer him.")


class WorkerExternalIdTaken(Conflict):
    """Another worker of this franchise carries this external id."""

    def __init__(self) -> None:
        super().__init__("Another of your workers has this external_id. Send another one, or change that worker.")


class WorkerNotVetted(Conflict):
    """He was not interviewed, so he may not be activated."""

    def __init__(self) -> None:
        super().__init__("He was not interviewed yet. Record the attestation `vetting` first.")


class WorkerHasNotConsented(Conflict):
    """He did not agree to get offers, so he may not be activated."""

    def __init__(self) -> None:
        super().__init__("He did not agree to get offers yet. Record the attestation `consent_offers` first.")


class WorkerBanned(Forbidden):
    """The network banned him; only the head office can lift that."""

    def __init__(self) -> None:
        super().__init__("The network banned this man. Only the head office lifts a ban.")


class PhoneNotRevealed(NotFound):
    """The number is not this caller's to see: not at home, and no live seat."""

    def __init__(self) -> None:
        super().__init__("This number is shown at his home franchise, and to others only while he has a seat there.")


class DocumentNotFound(NotFound):
    """No such document of this worker."""

    def __init__(self) -> None:
        super().__init__("This worker has no such document.")


class AbsenceNotFound(NotFound):
    """No such absence of this worker."""

    def __init__(self) -> None:
        super().__init__("This worker has no such absence.")


class ImportNotFound(NotFound):
    """No such import of this franchise."""

    def __init__(self) -> None:
        super().__init__("This franchise made no such import.")


class FileNotStored(Invalid):
    """A document or attestation names a file that was never stored here."""

    def __init__(self) -> None:
        super().__init__("There is no file with this SHA-256 in your franchise. Store the file first.")


class ListUnreadable(Invalid):
    """The bytes are neither UTF-8 nor UTF-16 nor Windows-1251 text, or are no text at all."""

    def __init__(self) -> None:
        super().__init__("This file is no readable text. Save the list as CSV in UTF-8 and send it again.")


class ListWithoutPhones(Invalid):
    """The first line names no column with phones, so nothing in the list can be understood."""

    def __init__(self) -> None:
        super().__init__(
            "The first line must name the columns, one of them `Телефон` or `phone`, separated by semicolons, "
            "commas or tabs."
        )


class ListColumnTwice(Invalid):
    """Two columns of the list mean the same thing."""

    def __init__(self, column: str) -> None:
        super().__init__(f"Two columns mean `{column}`. Keep one of them.", column=column)


class ListTooLong(Invalid):
    """The list has more lines than one import takes."""

    def __init__(self, lines: int, most: int) -> None:
        super().__init__(f"The list has {lines} lines, an import takes {most}. Split the file.", lines=lines, most=most)


class CityUnknown(Invalid):
    """No city of this name is known near the franchise."""

    def __init__(self) -> None:
        super().__init__("No such city is known. Write its name as on a map, or send latitude and longitude.")


class ImportNotResumable(Conflict):
    """There is nothing left of it to go on with."""

    def __init__(self) -> None:
        super().__init__("This import came to its end, or its file is no longer kept: import the list again.")


class ImportGoesOn(Conflict):
    """Somebody else deals with the same lines right now."""

    def __init__(self) -> None:
        super().__init__("This import goes on by itself: look again in a minute.")


class NotInFunnel(NotFound):
    """No recruiter works on him."""

    def __init__(self) -> None:
        super().__init__("He is not in the funnel: take him into it first.")


class SavedFilterNameTaken(Conflict):
    """A filter of this name is kept already, by him or for everybody."""

    def __init__(self) -> None:
        super().__init__("A filter of this name is kept already: choose another name.")


CONSTRAINTS: dict[str, Callable[[], DispatchError]] = {
    "phone_has_another_holder": PhoneAlreadyInNetwork,
    "worker_external_id_taken": WorkerExternalIdTaken,
    "attestations_franchise_id_sha256_fkey": FileNotStored,
    "worker_documents_franchise_id_sha256_fkey": FileNotStored,
    "worker_contacts_franchise_id_photo_sha256_fkey": FileNotStored,
    "saved_filter_name_taken": SavedFilterNameTaken,
    "saved_filter_shared_name_taken": SavedFilterNameTaken,
    "saved_filter_slots": SavedFilterNameTaken,
}
"""Database constraint -> the fact it stands for."""
