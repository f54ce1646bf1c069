import hashlib

import asyncpg
import pytest

from dispatch.kit.files import FileKind, FileKindUnknown, FileTooLarge
from dispatch.kit.filestore import FileNotFound, StoredFile, read_file, store_file
from dispatch.kit.ids import new_id
from dispatch.kit.uow import Database

PDF = b"%PDF-1.7\nnothing"


async def test_a_file_is_kept_once_under_its_digest(app_db: Database, owner: asyncpg.Connection) -> None:
    tenant = new_id()
    async with app_db.begin(tenant, "staff:someone") as uow:
        digest = await store_file(uow, PDF)
        assert await store_file(uow, PDF) == digest == hashlib.sha256(PDF).digest()
        assert await read_file(uow, digest) == StoredFile(FileKind.PDF, PDF)
    kept = await owner.fetchrow("SELECT media_type, created_by FROM files WHERE franchise_id = $1", tenant)
    assert kept is not None
    assert tuple(kept) == ("application/pdf", "staff:someone")


async def test_a_file_is_seen_by_its_tenant_only(app_db: Database) -> None:
    async with app_db.begin(new_id(), "staff:someone") as uow:
        digest = await store_file(uow, PDF)
    async with app_db.begin(new_id(), "staff:other") as uow:
        with pytest.raises(FileNotFound):
            await read_file(uow, digest)


async def test_what_is_no_such_file_is_not_kept(app_db: Database) -> None:
    async with app_db.begin(new_id(), "staff:someone") as uow:
        with pytest.raises(FileKindUnknown):
            await store_file(uow, b"MZ")
        with pytest.raises(FileTooLarge):
            await store_file(uow, PDF + b"x" * (5 * 1024 * 1024))
