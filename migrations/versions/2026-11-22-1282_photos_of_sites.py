"""Where a crew meets, as a photo: kept with the site, drawn anew, with a small one beside it."""

from migrations.tools import run_script

revision = "1282"
down_revision = "1281"

SQL = """
    ALTER TABLE sites
        ADD COLUMN photo_sha256 bytea,
        ADD COLUMN thumb_sha256 bytea,
        ADD CONSTRAINT sites_photo_whole CHECK (num_nulls(photo_sha256, thumb_sha256) IN (0, 2)),
        ADD CONSTRAINT sites_photo_fkey FOREIGN KEY (franchise_id, photo_sha256) REFERENCES files (franchise_id, sha256),
        ADD CONSTRAINT sites_thumb_fkey FOREIGN KEY (franchise_id, thumb_sha256) REFERENCES files (franchise_id, sha256);
"""


def upgrade() -> None:
    run_script(SQL)
