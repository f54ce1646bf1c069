"""What an engine of ours says when a statement fails."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dispatch.kit.db import open_engine
from dispatch.settings import Settings

NAME = "Иван Петров"


async def test_an_error_does_not_repeat_the_values_of_its_statement(settings: Settings) -> None:
    place = settings.database
    engine = open_engine(place.url(place.app), size=1, name="test-errors")
    try:
        async with engine.connect() as connection:
            with pytest.raises(DBAPIError) as failed:
                await connection.execute(text("SELECT 1 / 0 WHERE :name <> :phone"), {"name": NAME, "phone": "+7921"})
    finally:
        await engine.dispose()
    assert "division by zero" in str(failed.value)
    for kept_out in (NAME, "+7921"):
        assert kept_out not in str(failed.value)
        assert kept_out not in repr(failed.value)
