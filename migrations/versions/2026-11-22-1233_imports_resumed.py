"""An import that was broken off can go on; skills and documents can be attested as interview and consent are."""

from migrations.tools import run_script

revision = "1233"
down_revision = "1232"

SQL = """
    ALTER TABLE worker_imports
        ADD COLUMN content bytea CHECK (length(content) <= 20 * 1024 * 1024),
        ADD COLUMN command text;
    COMMENT ON COLUMN worker_imports.content IS 'the file, until its last line is dealt with';
    GRANT UPDATE (content, command) ON worker_imports TO dispatch_app, dispatch_worker;

    ALTER TABLE attestations DROP CONSTRAINT attestations_what_check;
    ALTER TABLE attestations ADD CONSTRAINT attestations_what_check CHECK (what IN (
        'vetting', 'consent_offers', 'consent_urgent', 'consent_marketing', 'skills_checked', 'documents_seen'));
"""


def upgrade() -> None:
    run_script(SQL)
