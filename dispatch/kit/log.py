"""Logging, configured once by a root: one shape for our lines and for the libraries', nothing personal in either.

Ids travel in context variables (`with bound(request_id=...)`) and appear on every line below; phones are masked and
personal fields left out last, just before rendering, so no call site and no library can forget it.
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO, cast
from uuid import UUID

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.types import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from dispatch.kit.masking import mask_text, withhold
from dispatch.kit.tracebacks import render

_OURS_TO_FORMAT = ("uvicorn", "uvicorn.error", "uvicorn.asgi", "arq", "arq.worker", "arq.jobs", "alembic")
_REPEATS_PERSONAL_DATA = ("httpx", "httpcore", "sqlalchemy.engine", "sqlalchemy.pool", "multipart")
_SILENT = "uvicorn.access"


def configure_logging(level: str, *, as_json: bool, stream: TextIO | None = None) -> None:
    """Route every logger of this process through the house's processors to one stream.

    Uvicorn's access log is switched off, because it writes query strings; the API writes its own. Libraries that
    write addresses, bodies or bound parameters below WARNING are held at WARNING whatever the level. Start uvicorn
    with `log_config=None`, or it takes its loggers back.

    Args:
        level: a standard level name, upper or lower case.
        as_json: one JSON object per line for machines, else aligned text for people.
        stream: where the lines go, by default standard error; standard output stays free for results.

    Raises:
        ValueError: the level is not a standard name.
    """
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise ValueError(f"{level!r} is not a log level; send DEBUG, INFO, WARNING, ERROR or CRITICAL")
    target = stream or sys.stderr
    enrich: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.StackInfoRenderer(),
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(
            timestamp_key="at",
            colors=target.isatty(),
            exception_formatter=structlog.dev.plain_traceback,
            sort_keys=False,
        )
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[*enrich, structlog.stdlib.ExtraAdder()],
            processors=[ProcessorFormatter.remove_processors_meta, _render_exception, _keep_private, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(number)
    for name in _OURS_TO_FORMAT:
        library = logging.getLogger(name)
        library.handlers.clear()
        library.propagate = True
    for name in _REPEATS_PERSONAL_DATA:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
    logging.getLogger(_SILENT).handlers.clear()
    logging.getLogger(_SILENT).disabled = True
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[*enrich, ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,  # a module's logger may be made before its root configures
    )


def get_logger(name: str) -> FilteringBoundLogger:
    """Return the logger of a module, named after it; usage `log.info("wave_sent", shift_id=shift.id, target=15)`.

    The event is a fixed word or sentence; facts are fields. Ids are fields too, or bound around the call.
    """
    return cast("FilteringBoundLogger", structlog.stdlib.get_logger(name))


@contextmanager
def bound(**ids: UUID | str | int) -> Iterator[None]:
    """Put these ids on every line written inside, here and in all that is awaited or started from here."""
    with structlog.contextvars.bound_contextvars(**{key: str(value) for key, value in ids.items()}):
        yield


def _render_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    exc_info = event.pop("exc_info", None)
    match exc_info:
        case BaseException():
            exc: BaseException | None = exc_info
        case (_, BaseException() as raised, _):
            exc = raised
        case _:
            exc = sys.exc_info()[1] if exc_info else None
    if exc is not None:
        event["exception"] = render(exc)
    return event


def _keep_private(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    event.pop("color_message", None)  # uvicorn's second copy of the event
    said = event.pop("event", "")
    kept = withhold(event)
    assert isinstance(kept, dict)
    return {"event": mask_text(said if isinstance(said, str) else str(withhold(said))), **kept}
