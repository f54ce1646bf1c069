"""A worker kills itself on purpose only where no text can reach a real phone."""

import asyncpg
import pytest

from dispatch.kit.fail_points import FailPointsRefused, arm_fail_points
from dispatch.kit.uow import Database
from dispatch.settings import Settings
from dispatch.worker import arm_where_nobody_is_reached
from tests.factories.sms import make_account


async def test_fail_points_are_refused_while_an_account_reaches_real_phones(
    jobs_db: Database, settings: Settings, owner: asyncpg.Connection
) -> None:
    armed = settings.model_copy(update={"fail_points": "sms.claimed=1000000"})
    await make_account(settings, owner)
    await arm_where_nobody_is_reached(armed, jobs_db)
    real = await make_account(settings, owner, gateway="twilio")
    with pytest.raises(FailPointsRefused):
        await arm_where_nobody_is_reached(armed, jobs_db)
    await arm_where_nobody_is_reached(settings, jobs_db)
    await owner.execute("UPDATE sms_accounts SET enabled = false WHERE id = $1", real.id)
    await arm_where_nobody_is_reached(armed, jobs_db)
    arm_fail_points("")
