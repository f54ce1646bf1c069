"""What truly happened against what our tables say."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import asyncpg

from dispatch.audit import run_audit
from dispatch.faults.outside import read_log

_LEFT: Final = frozenset({"sent", "delivered"})
_NEVER_LEFT: Final = frozenset({"suppressed", "expired"})

_NOT_ONCE_DISPOSED: Final = """
SELECT count(*) FROM (
    SELECT i.id FROM inbound_messages i LEFT JOIN dispositions d ON d.inbound_id = i.id
    GROUP BY i.id HAVING count(d.inbound_id) <> 1) AS wrong
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The figures of a run, and every breach of what must hold.

    Attributes:
        texts: rows of ours; `accepted`: different references at the gateway.
        duplicates: references the gateway took more than once, with how often.
        lost: texts that should have left, or that we say left, and that the gateway never took.
        strangers: texts the gateway took and we hold for unsent, or do not know.
        unclear: texts that were `unknown` at some time; `left_unclear`: still are.
        answers: texts of people that were acknowledged; `answers_lost`: acknowledged and not in our tables.
        undisposed: stored texts of people without exactly one disposition.
        dead: events given up; `deaths`: processes that ended unasked; `audit`: invariants that do not hold.
        unmet: kills and pauses that were owed to fail-points and did not come about.
        kills: fail-point -> workers killed there; `pauses`: frozen there, and let go on;
            `faults`: what the proxy did; `lies`: what the gateway did.
    """

    texts: int
    accepted: int
    duplicates: Mapping[str, int]
    lost: Sequence[str]
    strangers: Sequence[str]
    unclear: int
    left_unclear: int
    answers: int
    answers_lost: int
    undisposed: int
    dead: int
    audit: Sequence[str]
    deaths: Sequence[str] = ()
    unmet: int = 0
    kills: Mapping[str, int] = field(default_factory=dict)
    pauses: Mapping[str, int] = field(default_factory=dict)
    faults: Mapping[str, int] = field(default_factory=dict)
    lies: Mapping[str, int] = field(default_factory=dict)
    took_s: float = 0.0

    @property
    def breaches(self) -> list[str]:
        """What must not be, in words; empty when all is well."""
        found = {
            "references taken more than once": len(self.duplicates),
            "texts lost": len(self.lost),
            "texts the gateway took and we hold for unsent": len(self.strangers),
            "texts still unclear": self.left_unclear,
            "acknowledged answers lost": self.answers_lost,
            "answers without exactly one disposition": self.undisposed,
            "events given up": self.dead,
            "processes that ended unasked": len(self.deaths),
            "kills or pauses that did not come about": self.unmet,
        }
        return [f"{count} {what}" for what, count in found.items() if count] + list(self.audit)

    @property
    def figures(self) -> list[tuple[str, float]]:
        """The figures for people, each with its name."""
        return [
            ("texts of ours", self.texts),
            ("accepted at the gateway", self.accepted),
            ("accepted twice or more", len(self.duplicates)),
            ("lost", len(self.lost)),
            ("accepted and held for unsent", len(self.strangers)),
            ("unclear at some time", self.unclear),
            ("of them cleared up", self.unclear - self.left_unclear),
            ("answers acknowledged", self.answers),
            ("of them lost", self.answers_lost),
            ("without exactly one disposition", self.undisposed),
            ("events given up", self.dead),
            ("workers killed", sum(self.kills.values())),
            ("workers frozen for a while", sum(self.pauses.values())),
            ("workers that ended unasked", len(self.deaths)),
            ("seconds", round(self.took_s, 1)),
        ]

    def report(self) -> dict[str, Any]:
        """Everything, for programs."""
        return asdict(self) | {"breaches": self.breaches}


async def judge(owner: asyncpg.Connection, *, taken: Path, acknowledged: Path, unclear: Collection[str]) -> Verdict:
    """Compare the outside logs with the tables.

    Args:
        owner: a connection that sees all rows.
        taken: the log of the gateway.
        acknowledged: the log of what people's texts were acknowledged.
        unclear: ids of texts that were seen unclear.
    """
    sent = Counter(line["ref"] for line in read_log(taken, "accepted"))
    rows = await owner.fetch("SELECT id::text, status FROM messages")
    status = {row["id"]: row["status"] for row in rows}
    answers = {line["sid"] for line in read_log(acknowledged, "acknowledged")}
    kept = {row["gateway_id"] for row in await owner.fetch("SELECT gateway_id FROM inbound_messages")}
    return Verdict(
        texts=len(rows),
        accepted=len(sent),
        duplicates={ref: times for ref, times in sent.items() if times > 1},
        lost=[ref for ref, word in status.items() if word not in _NEVER_LEFT and ref not in sent],
        strangers=[ref for ref in sent if status.get(ref) not in _LEFT],
        unclear=len(set(unclear) & status.keys()),
        left_unclear=sum(word in {"unknown", "sending"} for word in status.values()),
        answers=len(answers),
        answers_lost=len(answers - kept),
        undisposed=await owner.fetchval(_NOT_ONCE_DISPOSED),
        dead=await owner.fetchval("SELECT count(*) FROM outbox WHERE state = 'dead'"),
        audit=[str(finding) for finding in await run_audit(owner)],
        lies=Counter(line["lie"] for line in read_log(taken, "lied")),
    )
