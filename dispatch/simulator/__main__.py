"""Run the simulator by itself: `python -m dispatch.simulator --port 8010`."""

import argparse
import asyncio
import json
import logging
import sys
from pathlib import Path

from pydantic import ValidationError

from dispatch.simulator.app import serve
from dispatch.simulator.config import SimulatorConfig

_EPILOG = """\
Settings not offered here (network, people, faults, accounts) go into a JSON file given with --config, e.g.

  {"accounts": [{"sid": "AC0123456789abcdef0123456789abcdef", "auth_token": "secret",
                 "numbers": {"+78120000001": "http://127.0.0.1:8000/hooks/sms/simulator/inbound"}}],
   "people": {"silent": 0.3}, "network": {"duplicate_rate": 0.2}}

Accounts can also be registered while it runs: POST /control/accounts. Open the root page in a browser to see every
phone's conversation and to answer as a worker.
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dispatch simulator",
        description="A carrier with Twilio's REST API and simulated people behind the phones.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", help="address to listen on (default 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on, 0 = a free one (default 8010)")
    parser.add_argument("--seed", type=int, help="decides what people are like and do (default 1)")
    parser.add_argument(
        "--time-scale",
        type=float,
        dest="time_scale",
        help="real seconds per simulated second of people's time; 0.0167 makes a minute a second (default 1)",
    )
    parser.add_argument("--zone", help="IANA zone in which people read clock times (default Europe/Moscow)")
    parser.add_argument(
        "--guarantee-no-show",
        action="store_true",
        default=None,
        dest="guarantee_no_show",
        help="of everybody seated for a shift at least one never comes",
    )
    parser.add_argument("--journal", type=Path, help="append accepted texts and acknowledged callbacks as JSON lines")
    parser.add_argument("--config", type=Path, help="JSON file with any of the settings; the options above win")
    return parser


def read_config(arguments: list[str] | None = None) -> SimulatorConfig:
    """Return the settings a command line asks for; prints the reason and exits with 2 when they make no sense."""
    parser = _parser()
    options = vars(parser.parse_args(arguments))
    file: Path | None = options.pop("config")
    try:
        settings = json.loads(file.read_text(encoding="utf-8")) if file else {}
        return SimulatorConfig.model_validate(settings | {name: v for name, v in options.items() if v is not None})
    except OSError as unreadable:
        parser.error(f"--config {file}: {unreadable.strerror}")
    except json.JSONDecodeError as broken:
        parser.error(f"--config {file}: not JSON ({broken})")
    except ValidationError as wrong:
        parser.error("; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in wrong.errors()))


def main() -> int:
    """Serve until interrupted."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    config = read_config()
    try:
        asyncio.run(serve(config))
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
