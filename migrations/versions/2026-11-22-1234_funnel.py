"""The recruiter's funnel: how far he has come with somebody, what comes next, and what was answered at interviews."""

from itertools import product

from migrations.security import append_only, audited, moves, tenant_table
from migrations.tools import run_script

revision = "1234"
down_revision = "1233"

_OPEN = ("lead", "called", "interview", "vetting")
RECRUIT_MOVES = [
    ("lead", "called"),
    ("lead", "interview"),
    ("called", "lead"),
    ("called", "interview"),
    ("interview", "called"),
    ("interview", "vetting"),
    ("vetting", "interview"),
    ("vetting", "ready"),
    *product(_OPEN, ["refused"]),
    *product(["refused"], _OPEN),
]

SQL = (
    """
    CREATE TABLE recruits (
        worker_id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        status text NOT NULL DEFAULT 'lead'
            CHECK (status IN ('lead', 'called', 'interview', 'vetting', 'ready', 'refused')),
        next_on date,
        next_what text NOT NULL DEFAULT '' CHECK (length(next_what) <= 200),
        moved_at timestamptz NOT NULL DEFAULT clock.now(),
        UNIQUE (franchise_id, worker_id),
        FOREIGN KEY (franchise_id, worker_id) REFERENCES workers (franchise_id, id)
    );
    CREATE INDEX recruits_by_stage ON recruits (franchise_id, status, next_on, moved_at);
    """
    + tenant_table("recruits", "SELECT, INSERT, UPDATE", hq=False)
    + audited("recruits")
    + moves("recruits", RECRUIT_MOVES)
    + """
    CREATE TABLE interviews (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        worker_id uuid NOT NULL,
        n smallint NOT NULL CHECK (n BETWEEN 1 AND 200),
        form smallint NOT NULL CHECK (form >= 1),
        answers jsonb NOT NULL CHECK (jsonb_typeof(answers) = 'object' AND length(answers::text) < 20000),
        author text NOT NULL,
        at timestamptz NOT NULL DEFAULT clock.now(),
        CONSTRAINT interview_version_taken UNIQUE (franchise_id, worker_id, n),
        FOREIGN KEY (franchise_id, worker_id) REFERENCES recruits (franchise_id, worker_id)
    );
    COMMENT ON COLUMN interviews.n IS 'the version of his answers; the highest counts';
    COMMENT ON COLUMN interviews.form IS 'the version of the questions they answer';
    """
    + tenant_table("interviews", "SELECT, INSERT", hq=False)
    + append_only("interviews")
    + audited("interviews")
)


def upgrade() -> None:
    run_script(SQL)
