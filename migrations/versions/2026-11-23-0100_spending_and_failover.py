"""What an account may spend and whom it may text, what each text cost, and how well its gateway takes texts."""

from migrations.security import tenant_table
from migrations.tools import run_script

revision = "2301"
down_revision = "1300"

SQL = (
    """
    ALTER TABLE sms_accounts
        ADD COLUMN hourly_cap_minor bigint CHECK (hourly_cap_minor > 0),
        ADD COLUMN daily_cap_minor bigint CHECK (daily_cap_minor > 0),
        ADD COLUMN seat_reserve_percent smallint NOT NULL DEFAULT 20 CHECK (seat_reserve_percent BETWEEN 0 AND 90),
        ADD COLUMN prefixes text[] NOT NULL DEFAULT '{+}',
        ADD CONSTRAINT prefixes_are_of_numbers CHECK (
            prefixes <> '{}' AND array_to_string(prefixes, ' ', '?') ~ '^[+][0-9]{0,7}( [+][0-9]{0,7})*$'),
        ADD CONSTRAINT caps_need_a_price CHECK (
            segment_price_minor > 0 OR num_nonnulls(hourly_cap_minor, daily_cap_minor) = 0);
    COMMENT ON COLUMN sms_accounts.hourly_cap_minor IS 'within any 60 minutes; null: no cap';
    COMMENT ON COLUMN sms_accounts.daily_cap_minor IS 'within any 24 hours; null: no cap';
    COMMENT ON COLUMN sms_accounts.seat_reserve_percent IS
        'of each cap and of the balance: for texts about held seats, which offers cannot touch';
    COMMENT ON COLUMN sms_accounts.prefixes IS 'numbers that begin otherwise are never texted; + is any number';

    ALTER TABLE messages ADD COLUMN cost_minor integer NOT NULL DEFAULT 0 CHECK (cost_minor >= 0);
    COMMENT ON COLUMN messages.cost_minor IS
        'segments at the price of the day it was handed over; 0 while it was not, or after a refusal';

    CREATE TABLE sms_spend (
        franchise_id uuid NOT NULL,
        account_id uuid NOT NULL,
        slot timestamptz NOT NULL CHECK (slot = date_bin('5 minutes', slot, 'epoch')),
        about_seats boolean NOT NULL,
        minor bigint NOT NULL CHECK (minor >= 0),
        PRIMARY KEY (account_id, slot, about_seats),
        FOREIGN KEY (franchise_id, account_id) REFERENCES sms_accounts (franchise_id, id)
    ) WITH (fillfactor = 70);
    COMMENT ON TABLE sms_spend IS 'what left by an account within five minutes, real time, in minor units';
    """
    + tenant_table("sms_spend", cross_tenant_jobs=True)
    + """
    CREATE TABLE sms_account_health (
        account_id uuid PRIMARY KEY,
        franchise_id uuid NOT NULL,
        good double precision NOT NULL DEFAULT 0 CHECK (good >= 0),
        bad double precision NOT NULL DEFAULT 0 CHECK (bad >= 0),
        weighed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        down_since timestamptz,
        proofs integer NOT NULL DEFAULT 0 CHECK (proofs >= 0),
        changed_at timestamptz NOT NULL DEFAULT 'epoch',
        tried_at timestamptz NOT NULL DEFAULT 'epoch',
        balance_minor bigint,
        balance_at timestamptz,
        capped_at timestamptz,
        FOREIGN KEY (franchise_id, account_id) REFERENCES sms_accounts (franchise_id, id),
        CHECK (num_nonnulls(balance_minor, balance_at) <> 1)
    ) WITH (fillfactor = 50);
    COMMENT ON TABLE sms_account_health IS 'one row for all senders, so that they judge a gateway as one; real time';
    COMMENT ON COLUMN sms_account_health.good IS 'texts taken, fading';
    COMMENT ON COLUMN sms_account_health.tried_at IS 'when a text was last let through to a gateway that is down';
    COMMENT ON COLUMN sms_account_health.balance_minor IS 'as the gateway told it; null: it tells none';
    COMMENT ON COLUMN sms_account_health.capped_at IS 'when people were last told that texts wait for money';
    """
    + tenant_table("sms_account_health", cross_tenant_jobs=True)
)


def upgrade() -> None:
    run_script(SQL)
