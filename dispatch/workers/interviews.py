"""What people answered at their interviews: every version stays, the newest counts."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Self
from uuid import UUID

from pydantic import Field, model_validator

from dispatch.kit.ids import new_id
from dispatch.kit.text import Clean
from dispatch.kit.uow import Uow
from dispatch.workers.commands import Command
from dispatch.workers.errors import NotInFunnel

FORM: Final = 1
"""The version of the questions; another set of them has another."""
_SHOWN: Final = 20


class Question(StrEnum):
    """What is asked; the words are those of the pages."""

    EXPERIENCE = "interview_experience"
    HEALTH = "interview_health"
    ALCOHOL = "interview_alcohol"
    PAPERS = "interview_papers"
    WAY = "interview_way"
    TIMES = "interview_times"
    PAY = "interview_pay"
    IMPRESSION = "interview_impression"


class RecordInterview(Command):
    """Keep what somebody answered."""

    answers: Annotated[
        dict[Question, Annotated[str, Clean(max_length=1000, lines=True)]], Field(max_length=len(Question))
    ]

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.answers:
            raise ValueError("answers: write down one at least")
        return self


@dataclass(frozen=True, slots=True)
class Interview:
    """One version of somebody's answers.

    Attributes:
        n: its number, from 1 on.
        answers: by question; questions of an older form may be among them.
        author: who wrote them down.
    """

    n: int
    answers: Mapping[str, str]
    author: str
    at: datetime


async def record_interview(uow: Uow, worker_id: UUID, command: RecordInterview) -> int:
    """Keep what somebody answered as a version of its own and return its number.

    Raises:
        NotInFunnel: he is not in the funnel.
    """
    # His row of the funnel is the lock: two who write at once get two numbers.
    held = await uow.fetchval(
        "SELECT worker_id FROM recruits WHERE franchise_id = $1 AND worker_id = $2 FOR NO KEY UPDATE",
        uow.franchise_id,
        worker_id,
    )
    if held is None:
        raise NotInFunnel
    version: int = await uow.fetchval(
        """INSERT INTO interviews (id, franchise_id, worker_id, n, form, answers, author, at)
           SELECT $3, $1, $2, coalesce(max(n), 0) + 1, $4, $5, $6, $7 FROM interviews
           WHERE franchise_id = $1 AND worker_id = $2 RETURNING n""",
        uow.franchise_id,
        worker_id,
        new_id(),
        FORM,
        json.dumps({str(question): text for question, text in command.answers.items()}),
        uow.actor,
        uow.now,
    )
    return version


async def interviews_of(uow: Uow, worker_id: UUID) -> Sequence[Interview]:
    """Return the newest versions of somebody's answers, the newest first."""
    rows = await uow.fetch(
        """SELECT n, answers, author, at FROM interviews WHERE franchise_id = $1 AND worker_id = $2
           ORDER BY n DESC LIMIT $3""",
        uow.franchise_id,
        worker_id,
        _SHOWN,
    )
    return [Interview(**dict(row)) for row in rows]
