import io
import json
import logging
import warnings
from collections.abc import Iterator
from uuid import UUID

import pytest
import structlog

from dispatch.kit.log import bound, configure_logging, get_logger

PHONE = "8 (921) 123-45-67"


@pytest.fixture
def lines(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    stream = io.StringIO()
    configure_logging("info", as_json=getattr(request, "param", "json") == "json", stream=stream)
    yield stream
    logging.captureWarnings(capture=False)
    logging.getLogger("uvicorn.access").disabled = False
    for name in ("httpx", "sqlalchemy.engine"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def parsed(stream: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_one_json_object_with_time_level_logger_and_fields(lines: io.StringIO) -> None:
    get_logger("dispatch.test").info("wave_sent", shift_id=UUID(int=7), target=15)
    (line,) = parsed(lines)
    assert line.pop("at")
    assert line == {
        "event": "wave_sent",
        "shift_id": str(UUID(int=7)),
        "target": 15,
        "level": "info",
        "logger": "dispatch.test",
    }


def test_bound_ids_are_on_ours_and_on_library_lines_and_end_with_the_block(lines: io.StringIO) -> None:
    with bound(request_id=UUID(int=1)):
        get_logger("a").info("ours")
        logging.getLogger("uvicorn.error").warning("theirs %s", 3)
    get_logger("a").info("after")
    ours, theirs, after = parsed(lines)
    assert ours["request_id"] == theirs["request_id"] == str(UUID(int=1))
    assert theirs["event"] == "theirs 3"
    assert "request_id" not in after


def test_phones_and_personal_fields_never_reach_a_line(lines: io.StringIO) -> None:
    log = get_logger("a")
    event = f"rang {PHONE}"
    log.info(event, note=f"from {PHONE}", rows=[{"name": "Иван", "tel_note": PHONE}], first_name="Иван")
    logging.getLogger("arq.worker").info("job(%s)", PHONE, extra={"passport": "4012 345678", "where": PHONE})
    with bound(caller=PHONE, token="s3cret"):
        log.warning("bound")
    said = parsed(lines)
    assert all(line.pop("at") for line in said)  # its digits could be anything
    text = json.dumps(said, ensure_ascii=False)
    assert "123" not in text
    assert "Иван" not in text
    assert "4012" not in text
    assert "s3cret" not in text
    assert text.count("[phone *67]") >= 4


@pytest.mark.parametrize("lines", ["json", "console"], indirect=True)
def test_an_exception_is_rendered_masked_and_without_locals(lines: io.StringIO) -> None:
    def fail(secret_local: str) -> None:
        raise LookupError(f"no worker at {secret_local[:17]}")

    hidden = str(6 * 7 * 1_000_003)
    for write in (get_logger("a").exception, logging.getLogger("b").exception):
        try:
            fail(PHONE + hidden)
        except LookupError:
            write("failed")
    text = lines.getvalue()
    assert text.count("LookupError: no worker at [phone *67]") == 2
    assert hidden not in text
    assert "test_log.py" in text


def test_an_exception_given_as_a_field_or_argument_is_described(lines: io.StringIO) -> None:
    error = ValueError(PHONE)
    get_logger("a").info("failed", error=error)
    get_logger("a").error("failed", exc_info=error)
    get_logger("a").error("nothing to show", exc_info=True)
    field, argument, nothing = parsed(lines)
    assert field["error"] == "[phone *67]"
    assert "ValueError: [phone *67]" in str(argument["exception"])
    assert "exception" not in nothing


def test_the_level_holds_for_both_kinds_of_logger(lines: io.StringIO) -> None:
    get_logger("a").debug("no")
    logging.getLogger("b").debug("no")
    assert lines.getvalue() == ""


def test_libraries_that_repeat_requests_are_held_back(lines: io.StringIO) -> None:
    logging.getLogger("httpx").info("GET https://gateway/?psw=1")
    logging.getLogger("sqlalchemy.engine").info("SELECT")
    logging.getLogger("uvicorn.access").info("GET /orders?phone=1")
    assert lines.getvalue() == ""
    logging.getLogger("httpx").warning("still heard")
    assert "still heard" in lines.getvalue()


def test_warnings_are_lines_too(lines: io.StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        logging.captureWarnings(capture=True)
        warnings.warn("old way", DeprecationWarning, stacklevel=1)
        logging.captureWarnings(capture=False)
    assert "old way" in lines.getvalue()


def test_lone_surrogates_do_not_break_the_line(lines: io.StringIO) -> None:
    get_logger("a").info("odd \ud800", note="\udfff")
    lines.getvalue().encode()
    assert parsed(lines)[0]["note"] == "\ufffd"


def test_an_event_that_is_no_string_is_still_written(lines: io.StringIO) -> None:
    logging.getLogger("b").warning({"name": "Иван", "n": 1})
    assert "'n': 1" in lines.getvalue()


def test_an_unknown_level_says_what_to_send() -> None:
    with pytest.raises(ValueError, match="INFO"):
        configure_logging("loud", as_json=True)
