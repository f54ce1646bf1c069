"""What the import contracts cannot see: the tables and the clocks that SQL inside strings uses."""

import re
from collections.abc import Iterator
from typing import Final

import pytest

from tests.architecture.sources import Text, folder_of, place, sql_texts
from tests.architecture.tables import LEVELS, OWNER_OF, may_read

_COMMENT: Final = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_NAME: Final = r"(?:ONLY\s+)?(?:public\.)?([a-z_][a-z0-9_]*)(?:\s+AS)?(?:\s+[a-z_][a-z0-9_]*)?"
_READ: Final = re.compile(rf"\b(?:FROM|JOIN|USING|INTO|UPDATE|TABLE|COPY)\s+{_NAME}((?:\s*,\s*{_NAME})*)")
_WRITTEN: Final = re.compile(
    r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE|COPY)\s+(?:ONLY\s+)?(?:public\.)?([a-z_]+)"
)


def tables_in(sql: str) -> set[str]:
    """The tables of the house that a statement names where a table can stand."""
    bare = _COMMENT.sub(" ", sql)
    named = set()
    for match in _READ.finditer(bare):
        named.add(match[1])
        named.update(re.findall(_NAME, match[2]))
    return named & OWNER_OF.keys()


def statements() -> Iterator[tuple[str, Text]]:
    for text in sql_texts():
        yield folder_of(text.path), text


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT 1 FROM seats s JOIN shifts f ON f.id = s.shift_id", {"seats", "shifts"}),
        ("SELECT 1 FROM seats s, shifts AS f WHERE true", {"seats", "shifts"}),
        ("INSERT INTO marks (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET n = 1", {"marks"}),
        ("UPDATE ONLY public.fines SET n = 1 FROM seats WHERE true", {"fines", "seats"}),
        ("SELECT 1 FROM fresh -- FROM marks", set()),
        ("DELETE FROM clients c USING sites t WHERE true", {"clients", "sites"}),
    ],
)
def test_tables_are_found_where_they_stand(sql: str, tables: set[str]) -> None:
    assert tables_in(sql) == tables


def test_a_query_reads_its_own_folder_and_lower_ones() -> None:
    upwards = [
        f"{text.where}: {folder} reads {table} of {OWNER_OF[table]}"
        for folder, text in statements()
        for table in sorted(tables_in(text.value))
        if not may_read(folder, table)
    ]
    assert upwards == []


FILLS_WHOLE_TABLES: Final = {"seed": "years of history in seconds, which no use case writes one by one"}


def test_only_the_owner_of_a_table_writes_it() -> None:
    foreign = {
        f"{place(text.path)} writes {table}"
        for folder, text in statements()
        for table in set(_WRITTEN.findall(_COMMENT.sub(" ", text.value))) & OWNER_OF.keys()
        if OWNER_OF[table] != folder and folder not in FILLS_WHOLE_TABLES
    }
    assert foreign == set()


REAL_TIME: Final = {
    "dispatch/access/queries.py": "sessions end in real time: a made-up clock must not open doors",
    "dispatch/access/passwords.py": "how long a link is good",
    "dispatch/access/second_factor.py": "a code belongs to half a minute on the clock of a phone",
    "dispatch/access/service.py": "tokens, as above",
    "dispatch/access/sessions.py": "sessions, as above",
    "dispatch/access/sign_in.py": "sessions, as above, and how long a password waits for its code",
    "dispatch/access/throttle.py": "how long a login is locked",
    "dispatch/audit.sql": "leases that nobody took up",
    "dispatch/commandline/diagnosis.py": "beats, and whether the two machines agree on the time",
    "dispatch/demo/stage.py": "beats: whether the worker it waits for lives",
    "dispatch/kit/beats.py": "beats: whether our own processes live",
    "dispatch/kit/operations.py": "beats, as above",
    "dispatch/kit/outbox.py": "leases: how long a process may be silent",
    "dispatch/sms/account_state.py": "what was spent, as below",
    "dispatch/sms/allowance.py": "the pace at which a gateway takes texts, and what an hour of them costs",
    "dispatch/sms/claim.py": "leases",
    "dispatch/sms/detour.py": "when a gateway was last tried",
    "dispatch/sms/health.py": "how a gateway does now",
    "dispatch/sms/inbound.py": "leases",
    "dispatch/sms/reconcile.py": "leases, and how long a gateway may hide a text",
    "dispatch/staffing/outage.py": "beats, as above",
}
"""File whose SQL asks the server's clock -> why it must not follow the domain clock."""
_REAL_CLOCK: Final = re.compile(
    r"(?<![.\w])(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\(\s*\)"
    r"|\b(current_timestamp|current_date|current_time|localtimestamp|localtime)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    ("sql", "real"),
    [
        ("SELECT now()", True),
        ("SELECT clock.now(), clock.instant()", False),
        ("WHERE at < NOW () - $1", True),
        ("SET at = CURRENT_TIMESTAMP", True),
        ("SELECT known()", False),
    ],
)
def test_the_real_clock_is_recognised(sql: str, *, real: bool) -> None:
    assert bool(_REAL_CLOCK.search(sql)) is real


def test_sql_asks_the_domain_clock() -> None:
    """`clock.now()` can be shifted in a simulation; whatever asks the server itself would fall out of it."""
    asking = {place(text.path) for _, text in statements() if _REAL_CLOCK.search(_COMMENT.sub(" ", text.value))}
    asking = {where for where in asking if where.split("/")[1] not in FILLS_WHOLE_TABLES}
    assert asking == REAL_TIME.keys()


def test_every_folder_of_the_map_has_a_height() -> None:
    assert {folder for folder, _ in statements()} <= LEVELS.keys()
