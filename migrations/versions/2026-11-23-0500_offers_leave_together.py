"""Offers that wait together leave as one text: it names every question it asks, and costs one unit of contact budget."""

from migrations.tools import run_script

revision = "2350"
down_revision = "2340"

SQL = """
    ALTER TABLE messages ADD COLUMN question_ids uuid[] NOT NULL DEFAULT '{}',
        ADD CONSTRAINT text_asks_each_once CHECK (
            question_ids = '{}' OR (cardinality(question_ids) BETWEEN 2 AND 4 AND question_id = question_ids[1]));
    COMMENT ON COLUMN messages.question_ids IS 'of a text with several offers their questions, question_id first; else none';
    CREATE INDEX messages_of_several ON messages USING gin (question_ids) WHERE question_ids <> '{}';

    ALTER TABLE invitations ALTER COLUMN contact_day DROP NOT NULL;
    COMMENT ON COLUMN invitations.contact_day IS 'the day whose contact budget it took; null: it left in the text of another';
"""


def upgrade() -> None:
    run_script(SQL)
