"""Double entry: accounts of one book, transfers between two of them, nothing else."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from dispatch.kit.ids import new_id
from dispatch.kit.uow import Uow


class AccountKind(StrEnum):
    """What an account stands for; `client` and `worker` have an owner each, the others one per book."""

    CLIENT = "client"
    WORKER = "worker"
    REVENUE = "revenue"
    LABOUR = "labour"
    FINES = "fines"
    ROYALTY = "royalty"
    LENDING = "lending"
    CASH = "cash"


class TransferKind(StrEnum):
    """Why money moved; with the subject it names the transfer once and for all."""

    BILL = "bill"
    PAY = "pay"
    CALL_OUT = "call_out"
    CANCEL_FEE = "cancel_fee"


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a transfer: an account of the current book, made when first used."""

    kind: AccountKind
    owner_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """An amount to be moved.

    Attributes:
        debit: who owes more, or is worth more, by it: a client for a bill, labour cost for pay.
        credit: the other side: revenue for a bill, the worker for pay.
        amount_minor: above zero; an amount of zero is no transfer.
        subject_id: what it is for; one transfer of a kind per subject.
    """

    debit: Side
    credit: Side
    amount_minor: int
    currency: str
    kind: TransferKind
    subject_id: UUID
    shift_id: UUID | None
    at: datetime
    note: str = ""


async def post(uow: Uow, transfer: Transfer) -> bool:
    """Write a transfer in the book of the current franchise; False when it was written before, or is of nothing."""
    if transfer.amount_minor == 0:
        return False
    debit_id = await _account(uow, transfer.debit, transfer.currency)
    credit_id = await _account(uow, transfer.credit, transfer.currency)
    return bool(
        await uow.run(
            """INSERT INTO transfers (id, franchise_id, debit_id, credit_id, amount_minor, kind, subject_id, shift_id,
                   author, at, note)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
               ON CONFLICT ON CONSTRAINT transfer_once DO NOTHING""",
            new_id(),
            uow.franchise_id,
            debit_id,
            credit_id,
            transfer.amount_minor,
            str(transfer.kind),
            transfer.subject_id,
            transfer.shift_id,
            uow.actor,
            transfer.at,
            transfer.note,
        )
    )


async def _account(uow: Uow, side: Side, currency: str) -> UUID:
    found: UUID | None = await uow.fetchval(
        """WITH made AS (
               INSERT INTO accounts (id, franchise_id, kind, owner_id, currency) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT ON CONSTRAINT account_once DO NOTHING RETURNING id)
           SELECT id FROM made UNION ALL
           SELECT id FROM accounts WHERE franchise_id = $2 AND kind = $3 AND owner_id IS NOT DISTINCT FROM $4
                                     AND currency = $5 LIMIT 1""",
        new_id(),
        uow.franchise_id,
        str(side.kind),
        side.owner_id,
        currency,
    )
    if found is None:
        # Somebody made it between our snapshot and our insert; a new statement sees it.
        return await _account(uow, side, currency)
    return found


async def balance(uow: Uow, side: Side, currency: str) -> int:
    """Return debits minus credits of an account, in minor units; zero where it was never used."""
    return int(
        await uow.fetchval(
            """SELECT coalesce(sum(CASE WHEN t.debit_id = a.id THEN t.amount_minor ELSE -t.amount_minor END), 0)
               FROM accounts a JOIN transfers t ON t.franchise_id = a.franchise_id AND a.id IN (t.debit_id, t.credit_id)
               WHERE a.franchise_id = $1 AND a.kind = $2 AND a.owner_id IS NOT DISTINCT FROM $3 AND a.currency = $4""",
            uow.franchise_id,
            str(side.kind),
            side.owner_id,
            currency,
        )
    )
