"""Starts the demonstration's clouds, serves mcm, connects and reads the accounts and lists what it found.

Which clouds those are stands with the adapters (entry point group `mcm.demo`): mcm itself names none.
"""

import logging
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol

from pydantic import SecretStr

from mcm.cli.runfile import running_server
from mcm.demo.story import Story, connect, tell
from mcm.errors import InvalidInput, McmError
from mcm.kit.signals import until_told
from mcm.server import ready
from mcm.server import run as serve
from mcm.settings import Settings

log = logging.getLogger(__name__)
GROUP = "mcm.demo"
_ENDING_S = 8.0
Accounts = list[Mapping[str, Any]]


class Estate(Protocol):
    """The demonstration's clouds: `start` returns the bodies of `POST /accounts`; `stop` ends what was started.

    story: what happens there before anybody looks."""

    @property
    def story(self) -> Story: ...

    def start(self, instances: int) -> Accounts: ...

    def stop(self) -> None: ...


@dataclass(frozen=True)
class Told:
    broken: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)


def run(listen: str | None, instances: int) -> None:
    estates = [point.load() for point in entry_points(group=GROUP)]
    if not estates:
        raise InvalidInput("no demonstration is installed", next_step="install mcm with the extra 'demo'")
    told = Told()
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
                # What is told to others is evidence of the real one.
                "audit_head_file": None,
                "audit_syslog": "",
                "smtp_url": "",
                "otlp_endpoint": "",
            }
        )
        print(f"demonstration: everything is kept in {directory} and removed at the end", file=sys.stderr)
        running: list[Estate] = []
        try:
            accounts: Accounts = []
            for make in estates:
                estate: Estate = make()
                running.append(estate)
                accounts += estate.start(instances)
            stories = [estate.story for estate in running]
            fill = partial(_fill, directory=Path(directory), accounts=accounts, stories=stories, told=told)
            serve(listen, settings=settings, started=fill, demonstration=True)
        finally:
            told.ended.set()
            for estate in running:
                estate.stop()
    if told.broken.is_set():
        raise McmError("the demonstration could not be filled", next_step="its log above says why")


def _fill(url: str, directory: Path, accounts: Accounts, stories: list[Story], told: Told) -> None:
    """`told.broken` is set, and all ends, when that fails."""
    try:
        # Of the owner: while the story has a user, whoever shows nothing would have to sign in.
        token = (running_server(directory) or ("", ""))[1]
        connect(url, token, accounts)
        for story in stories:
            tell(url, token, story)
    except Exception:
        if told.ended.wait(_ENDING_S):
            # Somebody ended it meanwhile: the server is gone, and that is no failure.
            return
        log.exception("the demonstration could not be filled")
        told.broken.set()
        os.kill(os.getpid(), signal.SIGTERM)
        return
    ready(url)
