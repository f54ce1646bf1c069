"""For machines that look after the process: is it alive, may it get traffic, what does it count."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from dispatch.api.deps import ResourcesDep, public
from dispatch.api.errors import responses
from dispatch.api.readiness import NotReady

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """What the process says about itself."""

    model_config = ConfigDict(frozen=True)

    status: str
    checks: dict[str, str] = {}


@router.get("/healthz", dependencies=[public()], responses=responses())
async def healthz() -> Health:
    """Say that the process is alive; it asks nobody, so a database that is down does not get the process killed."""
    return Health(status="alive")


@router.get("/readyz", dependencies=[public()], responses=responses(NotReady))
async def readyz(resources: ResourcesDep) -> Health:
    """Say whether requests may come: the database answers, is at our revision, and its row security binds us.

    Redis is reported and never decides: it carries hints only.
    """
    return Health(status="ready", checks=await resources.readiness.check())


@router.get("/metrics", dependencies=[public()], responses=responses(), response_class=Response)
async def metrics(resources: ResourcesDep) -> Response:
    """Export the process's numbers for Prometheus."""
    content, media_type = resources.metrics.render()
    return Response(content, media_type=media_type)
