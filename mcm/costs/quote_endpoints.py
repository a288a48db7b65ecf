"""What one thing costs, over HTTP: a machine that somebody thinks of, and a resource that is there."""

from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from mcm.auth.permissions import Permission
from mcm.costs import booked, quoting
from mcm.costs.quote_schemas import Quote, ResourceCost
from mcm.costs.quoting import Wanted
from mcm.edge.dependencies import CallerDep, ReadSession, authorize

router = APIRouter(tags=["costs"])
_READ = [authorize(Permission.COST_READ)]
InCurrency = Annotated[
    str | None, Query(pattern=r"^[A-Z]{3}$", description="ISO 4217; default that of the place's prices")
]
Word = Annotated[str | None, Query(max_length=200)]
Size = Annotated[Decimal, Query(gt=0, max_digits=12, decimal_places=3)]


@router.get("/costs/quote", dependencies=_READ)
def quote_machine(
    session: ReadSession,
    caller: CallerDep,
    account: Annotated[str, Query(min_length=1, max_length=200, description="name or id")],
    region: Annotated[str, Query(min_length=1, max_length=200)],
    vcpus: Size,
    memory_mib: Size,
    sku: Annotated[str | None, Query(max_length=200, description="the size's name at the cloud")] = None,
    gpus: Annotated[int, Query(ge=0, le=1000)] = 0,
    gpu_model: Word = None,
    architecture: Word = None,
    operating_system: Literal["linux", "windows"] = "linux",
    disk_gib: Annotated[Decimal | None, Query(gt=0, max_digits=12, decimal_places=3)] = None,
    local_disk: Annotated[bool, Query(description="the size brings its own disk")] = False,
    currency: InCurrency = None,
) -> Quote:
    """What one machine of a size would cost in an account's region on demand, by the hour and by the month, and where
    the price is from. Without traffic, addresses and support."""
    wanted = Wanted(
        vcpus, memory_mib, sku or None, gpus, gpu_model or None, architecture or None, operating_system, disk_gib,
        local_disk,
    )  # fmt: skip
    return quoting.machine(session, account, region, wanted, currency, caller.tenant_id)


@router.get("/costs/resources/{resource_id}", dependencies=_READ)
def show_resource_cost(
    resource_id: str,
    session: ReadSession,
    months: Annotated[int, Query(ge=1, le=60, description="how many, with this one")] = 12,
    currency: InCurrency = None,
) -> ResourceCost:
    """What was booked to it month by month, what it costs by the price that holds today, and who pays."""
    return booked.of_resource(session, resource_id, months, currency)
