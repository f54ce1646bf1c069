"""The whole product as real processes on free ports, for suites that kill them: API, worker, simulator, journals."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx

from dispatch.local.places import free_port
from dispatch.local.throwaway import TestCluster

START_S = 120.0


def untraced() -> dict[str, str]:
    """The environment for a process whose lines are not counted.

    What whole processes run is covered by nearer tests, too, and tracing costs two fifths of their time.
    """
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}


@dataclass
class Process:
    """One process of the product: started, killed and started again with the same arguments."""

    name: str
    args: list[str]
    environment: dict[str, str]
    log: Path
    child: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                [sys.executable, "-m", *self.args], env=untraced() | self.environment, stdout=log, stderr=log
            )

    def kill(self) -> None:
        """End it the hard way, by its own pid."""
        assert self.child is not None
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()

    def stop(self) -> None:
        if self.child is not None and self.child.poll() is None:
            self.child.terminate()
            try:
                self.child.wait(10)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()


class System:
    """API, worker and simulator on one database of a cluster.

    Args:
        cluster: its servers.
        database: a migrated database.
        directory: for logs and journals.
        people: how the simulated people behave; see the simulator's configuration.
        time_scale: real seconds for a second of the people's time.
    """

    def __init__(
        self,
        cluster: TestCluster,
        database: str,
        directory: Path,
        *,
        people: dict[str, Any] | None = None,
        time_scale: float = 0.01,
        environment: dict[str, str] | None = None,
    ) -> None:
        self.cluster = cluster
        self.directory = directory
        self.api_port, self.simulator_port = free_port(), free_port()
        self.api_url = f"http://127.0.0.1:{self.api_port}"
        self.simulator_url = f"http://127.0.0.1:{self.simulator_port}"
        self.journal = directory / "journal.jsonl"
        shared = (
            cluster.environment(database)
            | {
                "DISPATCH_HTTP__PORT": str(self.api_port),
                "DISPATCH_HTTP__PUBLIC_URL": self.api_url,
                "DISPATCH_SMS__SIMULATOR_URL": self.simulator_url,
            }
            | (environment or {})
        )
        config = directory / "simulator.json"
        config.write_text(json.dumps({"people": people or {}, "network": {"duplicate_rate": 0.2}}))
        self.api = Process("api", ["dispatch.cli", "serve"], shared, directory / "api.log")
        self.worker = Process("worker", ["dispatch.cli", "work"], shared, directory / "worker.log")
        self.simulator = Process(
            "simulator",
            [
                "dispatch.simulator",
                "--port",
                str(self.simulator_port),
                "--time-scale",
                str(time_scale),
                "--journal",
                str(self.journal),
                "--config",
                str(config),
            ],
            shared,
            directory / "simulator.log",
        )

    async def __aenter__(self) -> Self:
        try:
            for process in (self.simulator, self.api, self.worker):
                process.start()
            await self.until_healthy()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        for process in (self.worker, self.api, self.simulator):
            process.stop()

    async def until_healthy(self) -> None:
        """Wait until API and simulator answer."""
        deadline = time.monotonic() + START_S
        async with httpx.AsyncClient(timeout=2) as client:
            for url in (f"{self.simulator_url}/healthz", f"{self.api_url}/readyz"):
                while True:
                    try:
                        if (await client.get(url)).status_code == 200:
                            break
                    except httpx.HTTPError:
                        pass
                    self.assert_running()
                    assert time.monotonic() < deadline, f"{url} does not answer; see {self.directory}"
                    await asyncio.sleep(0.1)

    def assert_running(self) -> None:
        """Fail with the words of a process that ended by itself."""
        for process in (self.simulator, self.api, self.worker):
            ended = process.child is not None and process.child.poll() is not None
            assert not ended, f"{process.name} ended: {process.log.read_text(encoding='utf-8')[-2000:]}"

    async def register_account(self, sid: str, token: str, number: str) -> None:
        """Tell the carrier whose number this is and where its replies go."""
        async with httpx.AsyncClient(timeout=5) as client:
            answer = await client.post(
                f"{self.simulator_url}/control/accounts",
                json={
                    "sid": sid,
                    "auth_token": token,
                    "numbers": {number: f"{self.api_url}/hooks/sms/simulator/inbound"},
                },
            )
            answer.raise_for_status()

    def journal_lines(self) -> list[dict[str, Any]]:
        """What the carrier took and what was acknowledged to it, as written outside of the product."""
        if not self.journal.exists():
            return []
        return [json.loads(line) for line in self.journal.read_text(encoding="utf-8").splitlines() if line.strip()]
