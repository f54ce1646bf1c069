"""What a franchise says in its own words: every version of every text, and one stamp that changes with each of them."""

from migrations.security import append_only, audited, tenant_table
from migrations.tools import run_script

revision = "2310"
down_revision = "2395"

SQL = (
    """
    CREATE TABLE text_settings (
        franchise_id uuid PRIMARY KEY REFERENCES franchises (id),
        stamp uuid NOT NULL,
        in_latin boolean NOT NULL DEFAULT false
    );
    COMMENT ON TABLE text_settings IS 'no row: every text as the house says it';
    COMMENT ON COLUMN text_settings.stamp IS 'new with every change, never used twice: what was read once is kept by it';
    COMMENT ON COLUMN text_settings.in_latin IS 'Cyrillic goes out in Latin letters';
    """
    + tenant_table("text_settings", hq=False)
    + audited("text_settings", "in_latin")
    + """
    CREATE TABLE own_texts (
        franchise_id uuid NOT NULL REFERENCES franchises (id),
        template text NOT NULL CHECK (length(template) BETWEEN 1 AND 60),
        language text NOT NULL CHECK (language IN ('ru', 'en', 'uz', 'tg', 'hu', 'es')),
        version integer NOT NULL CHECK (version > 0),
        body text CHECK (length(body) BETWEEN 1 AND 600),
        created_by text NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT own_text_version PRIMARY KEY (franchise_id, template, language, version)
    );
    COMMENT ON TABLE own_texts IS 'the newest version of each is in force; the others are its history';
    COMMENT ON COLUMN own_texts.body IS 'null: back to what the house says';
    """
    + tenant_table("own_texts", "SELECT, INSERT", hq=False)
    + append_only("own_texts")
    + audited("own_texts")
)


def upgrade() -> None:
    run_script(SQL)
