"""What an hour of a private cloud costs, as other rooms see it: a published card with the inputs that made it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Rates:
    """Unit prices. storage: by class (`hdd`, `ssd`, `premium`), per GiB-month. gpu_hour: None where there is no GPU."""

    vcpu_hour: Decimal
    memory_gib_hour: Decimal
    storage_gib_month: Mapping[str, Decimal]
    gpu_hour: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RateCard:
    """full: everything the pool costs, shared by what is sold; for reports. marginal: what one more hour costs
    (energy, licences that are counted); for placement. at: full rates at other utilisations (three of them, between 0
    and 1), to show how much hangs on it. utilisation: the share of the sellable capacity that `full` is reckoned with,
    and measured_on the day it was measured; None where it was assumed. month: for which it was published, as 2026-11.

    utilisations: as `utilisation`, which is that of the vCPUs, for each thing that is sold (`vcpu`, `memory`, `gpu`,
    `storage.ssd`): measured ones differ. all_sold: full rates at a utilisation of 1, from which those of any other
    follow by division; what `mcm.ratecards.formulas.break_even` starts from."""

    id: str
    pool: str
    account_id: str
    currency: str
    month: str
    full: Rates
    marginal: Rates
    at: Mapping[Decimal, Rates]
    utilisation: Decimal
    measured_on: date | None
    published_on: date
    age_days: int
    utilisations: Mapping[str, Decimal] = field(default_factory=dict)
    all_sold: Rates | None = None
