"""Starts the demonstration's clouds, serves mcm, connects and reads the accounts and lists what it found.

Which clouds those are stands with the adapters (entry point group `mcm.demo`): mcm itself names none.
"""

import logging
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol

from pydantic import SecretStr

from mcm.cli.client import connected
from mcm.cli.instance import COLUMNS
from mcm.cli.output import Format, print_rows
from mcm.errors import InvalidInput, McmError
from mcm.kit.signals import until_told
from mcm.server import ready
from mcm.server import run as serve
from mcm.settings import Settings

log = logging.getLogger(__name__)
GROUP = "mcm.demo"
_ENDING_S = 8.0


class Estate(Protocol):
    """The demonstration's clouds: `start` returns the bodies of `POST /accounts`; `stop` ends what was started."""

    def start(self, instances: int) -> list[Mapping[str, Any]]: ...

    def stop(self) -> None: ...


def run(listen: str | None, instances: int) -> None:
    estates = [point.load() for point in entry_points(group=GROUP)]
    if not estates:
        raise InvalidInput("no demonstration is installed", next_step="install mcm with the extra 'demo'")
    broken, ended = threading.Event(), threading.Event()
    # Around everything: whenever the signal comes, what was started is ended and the directory removed.
    with until_told(), tempfile.TemporaryDirectory(prefix="mcm-demo-") as directory:
        settings = Settings().model_copy(
            update={
                "data_dir": Path(directory),
                "database_url": "",
                "master_key_file": None,
                "master_key": SecretStr(""),
                "master_key_old": SecretStr(""),
                "transit_url": "",
            }
        )
        print(f"demonstration: everything is kept in {directory} and removed at the end", file=sys.stderr)
        running: list[Estate] = []
        try:
            accounts: list[Mapping[str, Any]] = []
            for make in estates:
                estate: Estate = make()
                running.append(estate)
                accounts += estate.start(instances)
            serve(listen, settings=settings, started=lambda url: _fill(url, accounts, broken, ended))
        finally:
            ended.set()
            for estate in running:
                estate.stop()
    if broken.is_set():
        raise McmError("the demonstration could not be filled", next_step="its log above says why")


def _fill(url: str, accounts: list[Mapping[str, Any]], broken: threading.Event, ended: threading.Event) -> None:
    """Through the public API, as a user would. `broken` is set, and all ends, when that fails."""
    os.environ["MCM_SERVER"] = url
    try:
        with connected() as client:
            for body in accounts:
                client.post("/accounts", dict(body))
                print(f"connected {body['name']} ({body['provider']}, {body['ownership']})", file=sys.stderr)
            answer = client.post("/sync/requests", {})
            while answer["outcome"] == "running":
                time.sleep(0.5)
                answer = client.get(f"/sync/requests/{answer['id']}")
            print_rows(client.get("/instances", limit=40, order_by="name")["items"], COLUMNS, Format.TABLE)
            count = client.get("/resources/count")
            print(f"{count['count']} resources in {len(accounts)} clouds; sync {answer['outcome']}", file=sys.stderr)
            print(f"try: MCM_SERVER={url} mcm instance list --filter 'state = \"running\"'", file=sys.stderr)
    except Exception:
        if ended.wait(_ENDING_S):
            # Somebody ended it meanwhile: the server is gone, and that is no failure.
            return
        log.exception("the demonstration could not be filled")
        broken.set()
        os.kill(os.getpid(), signal.SIGTERM)
        return
    ready(url)
