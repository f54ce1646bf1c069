"""Places kept a while for the named mates of a man who said yes, and for who comes instead of one."""

from migrations.security import tenant_table
from migrations.tools import run_script

revision = "2331"
down_revision = "2330"

SQL = """
    CREATE TABLE held_places (
        id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        shift_id uuid NOT NULL,
        worker_id uuid NOT NULL REFERENCES workers,
        by_worker_id uuid NOT NULL REFERENCES workers,
        instead_of_seat_id uuid,
        until timestamptz NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT held_once UNIQUE (franchise_id, shift_id, worker_id),
        CONSTRAINT nobody_holds_for_himself CHECK (worker_id <> by_worker_id),
        FOREIGN KEY (franchise_id, shift_id) REFERENCES shifts (franchise_id, id)
    );
    COMMENT ON TABLE held_places IS 'a place of a shift that others do not get until then; he has to say yes himself';
    COMMENT ON COLUMN held_places.instead_of_seat_id IS
        'his yes ends this seat without a mark; then nothing is kept free, for the seat itself is the place';
    CREATE INDEX held_places_of_shift ON held_places (franchise_id, shift_id, until);
    """ + tenant_table("held_places", "SELECT, INSERT")


def upgrade() -> None:
    run_script(SQL)
