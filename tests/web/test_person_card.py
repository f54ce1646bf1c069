"""What stands on the card of a person beside his facts: photo, month, documents; and who may see and change it."""

import io
import re
from uuid import UUID

import asyncpg
import pytest_asyncio
from httpx import AsyncClient
from PIL import Image

from dispatch.access.roles import Role
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from tests.factories.browsers import Browser, sign_in
from tests.factories.stage import Stage, set_stage
from tests.factories.workers import make_worker


@pytest_asyncio.fixture(loop_scope="session")
async def recruiter(stranger: AsyncClient, app_db: Database, stage: Stage) -> Browser:
    return await sign_in(stranger, app_db, stage.franchise_id, Role.RECRUITER)


@pytest_asyncio.fixture(loop_scope="session")
async def worker_id(app_db: Database, stage: Stage) -> UUID:
    async with app_db.begin(stage.franchise_id, "system:test") as uow:
        return await make_worker(uow, last_name="Карточкин")


def photo(colour: str = "red") -> dict[str, tuple[str, bytes, str]]:
    out = io.BytesIO()
    Image.new("RGB", (300, 400), colour).save(out, "PNG")
    return {"photo": ("me.png", out.getvalue(), "image/png")}


async def test_a_photo_is_kept_shown_replaced_and_deleted_without_a_trace_of_its_content(
    recruiter: Browser, worker_id: UUID, owner: asyncpg.Connection
) -> None:
    here = f"/people/{worker_id}"
    kept = "SELECT count(*) FROM files WHERE media_type = 'image/jpeg'"
    assert 'type="file"' in await recruiter.part(f"{here}/photo")
    assert (await recruiter.act(f"{here}/photo", files=photo())).status_code == 204
    addresses = re.findall(rf'src="({here}/photo/[0-9a-f]{{64}}[^"]*)"', await recruiter.part(f"{here}/facts"))
    addresses += re.findall(rf'src="({here}/photo/[0-9a-f]{{64}}[^"]*)"', await recruiter.part("/people?q=карточкин"))
    assert [address.endswith("/small") for address in addresses] == [False, True]
    for address, size in zip(addresses, [(300, 400), (96, 96)], strict=True):
        answer = await recruiter.client.get(address)
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"].startswith("private")
        assert Image.open(io.BytesIO(answer.content)).size == size
    assert await owner.fetchval(kept) == 2
    assert (await recruiter.act(f"{here}/photo", files=photo("green"))).status_code == 204
    assert (await recruiter.client.get(addresses[0])).status_code == 404
    assert await owner.fetchval(kept) == 2
    assert "Delete the photo" in await recruiter.part(f"{here}/photo")
    assert (await recruiter.act(f"{here}/photo/remove")).status_code == 204
    assert await owner.fetchval(kept) == 0
    assert "<img" not in await recruiter.part(f"{here}/facts")
    audited = "SELECT count(*) FROM audit_log WHERE entity = 'worker_contacts' AND action = 'update' AND entity_id = $1"
    assert await owner.fetchval(audited, str(worker_id)) == 3


async def test_two_people_with_the_same_picture_do_not_lose_it_to_one_another(
    recruiter: Browser, worker_id: UUID, app_db: Database, stage: Stage, owner: asyncpg.Connection
) -> None:
    async with app_db.begin(stage.franchise_id, "system:test") as uow:
        twin = await make_worker(uow)
    for one in (worker_id, twin):
        assert (await recruiter.act(f"/people/{one}/photo", files=photo("black"))).status_code == 204
    assert (await recruiter.act(f"/people/{worker_id}/photo/remove")).status_code == 204
    found = re.search(r'src="(/people/[^"]+/photo/[^"]+)"', await recruiter.part(f"/people/{twin}/facts"))
    assert found is not None
    assert (await recruiter.client.get(found[1])).status_code == 200


async def test_no_picture_is_refused_in_words_and_others_neither_see_nor_change_one(
    recruiter: Browser, worker_id: UUID, app_db: Database, settings: Settings, stage: Stage
) -> None:
    here = f"/people/{worker_id}/photo"
    for files in ({"photo": ("x.svg", b"<svg/>", "image/svg+xml")}, None):
        refused = await recruiter.act(here, files=files)
        assert refused.status_code == 422
        assert "picture" in refused.headers["x-problem"]
    assert (await recruiter.act(here, files=photo("blue"))).status_code == 204
    found = re.search(rf'src="({here}/[^"]+)"', await recruiter.part(f"/people/{worker_id}/facts"))
    assert found is not None
    foreman = await sign_in(recruiter.client, app_db, stage.franchise_id, Role.FOREMAN)
    assert (await foreman.client.get(found[1])).status_code == 200
    for act in (here, f"{here}/remove"):
        assert (await foreman.act(act, files=photo())).status_code == 403
    other = await set_stage(settings, app_db, men=0)
    theirs = await sign_in(recruiter.client, app_db, other.franchise_id, Role.OWNER)
    assert (await theirs.client.get(found[1])).status_code == 404
    for act in (here, f"{here}/remove"):
        assert (await theirs.act(act, files=photo())).status_code == 404
