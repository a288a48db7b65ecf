"""Runs mcm as a service: the API in this process, scheduler and workers in one of their own or in this one too."""

import logging
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import uvicorn

from mcm.app import build_app, build_runtime, prepare
from mcm.cli import runfile
from mcm.cli.logs import configure
from mcm.edge.runtime import Runtime
from mcm.edge.source import networks
from mcm.errors import InvalidInput, Unavailable
from mcm.jobs.worker import Worker
from mcm.kit.signals import until_told
from mcm.settings import Settings
from mcm.system import doctor

log = logging.getLogger(__name__)
# What nobody has asked for by then is loaded all the same, so that no first look at a page has to wait for it.
_WARM_AFTER_S, _WARM_PAUSE_S = 5.0, 0.05


class _Server(uvicorn.Server):
    """Tells when it answers, and when it begins to end."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None], ending: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell, self._ending = started, ending

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._tell()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._ending()
        await super().shutdown(sockets)


def run(
    listen: str | None = None,
    *,
    settings: Settings | None = None,
    started: Callable[[str], None] | None = None,
    demonstration: bool = False,
) -> None:
    """Serves until SIGINT or SIGTERM. `started` is called with the URL once it answers, on a thread of its own.

    demonstration: whoever asks is told that nothing here is real."""
    settings = (settings or Settings()).model_copy(update={"listen": listen} if listen else {})
    configure(settings.log_level, settings.log_format)
    with until_told(), bound(settings) as (listener, url):
        worker = Worker(settings) if settings.background == "process" else None
        runtime = build_runtime(settings, worker)
        runtime.demonstration = demonstration
        prepare(runtime)
        app = build_app(runtime)
        offer_setup(runtime)
        if said := doctor.unknown_proxy(settings):
            log.warning("%s: %s", *said)

        def tell() -> None:
            if other := runfile.write(settings.directory, url, runtime.door.owner_token):
                log.warning("commands on %s go on using the server at %s", settings.directory, other)
            if started is None:
                ready(url)
            else:
                threading.Thread(target=started, args=(url,), daemon=True, name="mcm-started").start()
            # Only now: what it loads would delay the first answer.
            if worker is not None:
                worker.start()
            warm = threading.Timer(_WARM_AFTER_S, app.state.rooms.open_all, (_WARM_PAUSE_S,))
            warm.daemon = True
            warm.start()

        def ending() -> None:
            # Else their connections, which never end by themselves, would be waited for.
            runtime.events.close()
            if worker is not None:
                worker.end()

        config = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=5
        )
        try:
            _Server(config, tell, ending).run(sockets=[listener])
        finally:
            runfile.remove(settings.directory)
            if worker is not None:
                worker.stop()


def offer_setup(runtime: Runtime) -> None:
    """Says, where mcm asks for a login and has no user, how the first one is made. Once for each start."""
    if not runtime.door.login_required():
        return
    from mcm.identity import setup

    try:
        path = setup.new_link(runtime)
    except Unavailable as error:
        log.warning("no link for the first administrator: %s", error.message)
        return
    if path is None:
        return
    base = runtime.settings.public_url.rstrip("/") or f"http://{runtime.settings.listen}"
    # Not through the log, which others may read and keep.
    sys.stderr.write(f"There is no user yet. Make the first administrator here, within an hour:\n  {base}{path}\n")
    sys.stderr.flush()


def ready(url: str) -> None:
    sys.stdout.write(f"ready {url}\n")
    sys.stdout.flush()


def require_tls(settings: Settings) -> None:
    """Raises InvalidInput where passwords and cookies would cross a network in the clear."""
    if settings.public_url:
        parts = urlsplit(settings.public_url)
        if parts.scheme != "https" or not parts.hostname or parts.path.strip("/") or parts.query or parts.username:
            raise InvalidInput(
                f"MCM_PUBLIC_URL is '{shown_url(settings.public_url)}'",
                next_step="write it as https://mcm.example.org: the address of the proxy that ends TLS, without a path",
            )
    elif not settings.loopback_allowed:
        raise InvalidInput(
            f"on {settings.listen} passwords would cross the network in the clear: mcm speaks plain HTTP itself",
            next_step="put a proxy that ends TLS in front and say MCM_PUBLIC_URL=https://…, or listen on a loopback "
            "address (127.0.0.1:8080)",
        )
    networks(settings.trusted_proxies)


def shown_url(url: str) -> str:
    """Without a password that somebody wrote into it."""
    return url.rpartition("@")[2]


@contextmanager
def bound(settings: Settings) -> Iterator[tuple[socket.socket, str]]:
    """A listening socket, so that a taken port is said plainly and before anything else is done."""
    try:
        host, port = settings.address
    except ValueError as error:
        raise InvalidInput(
            f"--listen or MCM_LISTEN is '{settings.listen}', which is not an address and a port",
            next_step="use ADDRESS:PORT, such as 127.0.0.1:8080",
        ) from error
    require_tls(settings)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With its protocol named: only then does asyncio turn off Nagle's algorithm on what it accepts, which would make
    # the second part of an answer wait for the peer's delayed acknowledgement, 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(512)
    except (OSError, OverflowError) as error:
        listener.close()
        raise InvalidInput(
            f"cannot listen on {settings.listen}: {getattr(error, 'strerror', None) or error}",
            next_step="choose another with --listen or MCM_LISTEN",
        ) from error
    shown = f"[{host}]" if ":" in host else host
    try:
        yield listener, f"http://{shown}:{listener.getsockname()[1]}"
    finally:
        listener.close()
