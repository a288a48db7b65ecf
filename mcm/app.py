"""The composition root: the only place that wires everything."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fastapi import FastAPI

from mcm import __version__
from mcm.api import PAGES, ROOMS, UPLOADS
from mcm.audit import service as audit
from mcm.auth.door import Door
from mcm.console.serving import Console
from mcm.costs.hooks import price_holdings
from mcm.db import migrate
from mcm.db.engine import build_engine
from mcm.db.session import Database
from mcm.edge import description, problems, telemetry
from mcm.edge.headers import EdgeMiddleware
from mcm.edge.mounting import mount
from mcm.edge.rates import Rates
from mcm.edge.rooms import Rooms
from mcm.edge.routes import require_permissions
from mcm.edge.runtime import Runtime
from mcm.errors import Unavailable
from mcm.events import service as events
from mcm.events.hub import Hub
from mcm.gateway import Gateway
from mcm.identity.pepper import Pepper
from mcm.jobs.away import AwayOperations, AwayReads
from mcm.jobs.worker import Worker
from mcm.operations.executor import OperationExecutor
from mcm.placement import admitting
from mcm.plans import limits
from mcm.prices import seeding
from mcm.registry import Registry
from mcm.settings import Settings
from mcm.sync.executor import SyncExecutor
from mcm.sync.tools import Tools
from mcm.system.endpoints import notices, open_router
from mcm.system.endpoints import router as system
from mcm.system.explanations import EXPLANATIONS
from mcm.tenancy import money
from mcm.vault.opening import open_vault

if TYPE_CHECKING:
    from mcm.jobs.schedule import Jobs

# "mcm.invalid" is the command line in this process: a name nobody can own.
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "mcm.invalid"})


def build_runtime(settings: Settings, worker: Worker | None = None) -> Runtime:
    """Opens no connection and starts no thread that lasts. `worker`: a process that reads clouds for this one."""
    database = Database(build_engine(settings.database), currency=settings.currency)
    registry = Registry()
    gateway = Gateway(settings, registry)
    vault = open_vault(settings, database)
    audit.install(database, vault)
    limits.install(database, settings)
    hub = Hub(settings, database, events.install(database))
    admitting.install(gateway, database)
    money.install(price_holdings)
    tools = Tools(settings, database, registry, gateway)
    executor, operations = SyncExecutor(tools, vault), OperationExecutor(tools, vault)
    if worker is not None:
        executor, operations = AwayReads(tools, vault, worker), AwayOperations(tools, vault, worker)
    door = Door(settings, database)
    return Runtime(settings, database, door, registry, vault, gateway, executor, Pepper(), operations, hub, worker)


def build_app(runtime: Runtime, *, background: bool = True) -> FastAPI:
    """`background`: read clouds on schedule, here or in the runtime's worker; without it only what is asked for."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        jobs = _jobs(runtime) if background else None
        if jobs is None:
            runtime.executor.on_demand()
        else:
            jobs.start()
        try:
            yield
        finally:
            runtime.events.close()
            if jobs is not None:
                jobs.stop()
            runtime.operations.stop()
            runtime.executor.stop()
            runtime.gateway.close()
            runtime.database.dispose()

    app = FastAPI(
        title="mcm",
        version=__version__,
        description="One inventory and one action model for all of an organisation's clouds.",
        lifespan=lifespan,
        # FastAPI's own pages fetch scripts from elsewhere; `mcm.system.apidocs` renders one that does not.
        docs_url=None,
        redoc_url=None,
    )
    app.state.runtime = runtime
    problems.install(app, {code: explained.remedy for code, explained in EXPLANATIONS.items()})
    mount(app.router, open_router)
    mount(app.router, system, "/api/v1")
    require_permissions(app.routes)
    app.state.rooms = Rooms(app, (PAGES, *ROOMS), Console(app.router.default, lambda: notices(runtime)))
    app.router.default = app.state.rooms
    description.install(app)
    app.add_middleware(
        EdgeMiddleware,
        hosts=_hosts(runtime.settings),
        rates=Rates(runtime.settings, in_process=lambda: runtime.door.in_process),
        over_tls=runtime.settings.over_tls,
        uploads={("POST", path): getattr(runtime.settings, setting) * 2**20 for path, setting in UPLOADS.items()},
    )
    return app


def _jobs(runtime: Runtime) -> "Jobs":
    # Only where something is done by itself: one command in this process loads none of it.
    from mcm.jobs.schedule import Jobs

    return Jobs(runtime)


def _hosts(settings: Settings) -> frozenset[str] | None:
    """The names this server answers for; None: any, where it listens beyond loopback and knows no name of its own."""
    if settings.public_url:
        return _LOOPBACK | {urlsplit(settings.public_url).hostname or ""}
    return _LOOPBACK if settings.loopback_allowed else None


def prepare(runtime: Runtime) -> None:
    """Before serving: the schema of this version, and no lease of a dead process."""
    telemetry.install(runtime.settings.otlp_endpoint, __version__)
    migrate.upgrade(runtime.database.engine)
    # A database that takes no writes now can still be read; the leases are freed at the next occasion.
    with suppress(Unavailable):
        runtime.executor.recover()
        runtime.operations.recover()
        seeding.first_start(runtime.database)
    # What is loaded by now stays: the collector need not look through it whenever a sync has made many objects.
    if gc.isenabled():
        gc.collect()
    gc.freeze()
    gc.enable()
