"""What only the security of a site asks of a man: the year of his birth, the plate of his car. Known at home alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from dispatch.kit.text import Clean
from dispatch.kit.uow import Uow
from dispatch.workers.queries import require_home


class KeepPassFacts(BaseModel):
    """State both; what is left out is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    birth_year: Annotated[int, Field(strict=True, ge=1900, le=2100)] | None = None
    car_plate: Annotated[str, Clean(max_length=20, min_length=0)] = ""


@dataclass(frozen=True, slots=True)
class PassFacts:
    """What passes may need of one man; "" for what is not known.

    Attributes:
        passport: its number as it was typed; the newest one.
        work_permit: the number of his work permit or patent; the newest one.
        medical_book: its number; the newest one.
    """

    full_name: str
    birth_year: int | None = None
    car_plate: str = ""
    passport: str = ""
    work_permit: str = ""
    medical_book: str = ""


async def keep_pass_facts(uow: Uow, worker_id: UUID, command: KeepPassFacts) -> None:
    """Keep them of one of the tenant's own men.

    Raises:
        WorkerNotFound: he is not its own.
    """
    await require_home(uow, worker_id)
    await uow.run(
        """INSERT INTO worker_pass_facts AS f (worker_id, franchise_id, birth_year, car_plate) VALUES ($1, $2, $3, $4)
           ON CONFLICT (worker_id) DO UPDATE
           SET birth_year = excluded.birth_year, car_plate = excluded.car_plate, version = f.version + 1""",
        worker_id,
        uow.franchise_id,
        command.birth_year,
        command.car_plate,
    )


async def pass_facts_of(uow: Uow, worker_ids: Sequence[UUID]) -> Mapping[UUID, PassFacts]:
    """Return what is known of the tenant's own men among these; guests are left out, their papers are not its."""
    rows = await uow.fetch(
        """SELECT c.worker_id, trim(c.last_name || ' ' || c.first_name) AS full_name, f.birth_year,
                  coalesce(f.car_plate, '') AS car_plate,
                  coalesce(d.numbers ->> 'passport', '') AS passport,
                  coalesce(d.numbers ->> 'patent', d.numbers ->> 'work_permit', '') AS work_permit,
                  coalesce(d.numbers ->> 'medical_book', '') AS medical_book
           FROM worker_contacts c
           LEFT JOIN worker_pass_facts f ON f.franchise_id = c.franchise_id AND f.worker_id = c.worker_id
           LEFT JOIN LATERAL (
               SELECT jsonb_object_agg(n.kind, n.number) AS numbers FROM (
                   SELECT DISTINCT ON (x.kind) x.kind, x.number FROM worker_documents x
                   WHERE x.franchise_id = c.franchise_id AND x.worker_id = c.worker_id AND x.number <> ''
                   ORDER BY x.kind, x.created_at DESC) n) d ON true
           WHERE c.franchise_id = $1 AND c.worker_id = ANY ($2)""",
        uow.franchise_id,
        list(worker_ids),
    )
    return {row["worker_id"]: PassFacts(**{k: v for k, v in row.items() if k != "worker_id"}) for row in rows}
