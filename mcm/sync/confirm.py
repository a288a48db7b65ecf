"""Confirms disappearances: what a complete read did not list is gone only when the cloud, asked for it, says so."""

import logging

from mcm.contract import ProviderError, Resource, ResourceKind, ResourceRef
from mcm.gateway import Lease
from mcm.models import ResourceRow
from mcm.registry import reader
from mcm.sync import record, repository
from mcm.sync.meter import Meter
from mcm.sync.plan import Plan
from mcm.sync.staging import BATCH, Stage
from mcm.sync.tools import Tools

log = logging.getLogger(__name__)
OBSERVE_BATCH = 100


def confirm(tools: Tools, plan: Plan, lease: Lease, stage: Stage, meter: Meter) -> None:
    """Asks in batches. A failure leaves the rest missing, to be asked again at the next read; this one stands."""
    with tools.database.reading() as session:
        rows = repository.unconfirmed(session, plan.target.scope_id)
    inventory = reader(lease.provider)
    for start in range(0, len(rows), OBSERVE_BATCH):
        asked = {_ref(row): row for row in rows[start : start + OBSERVE_BATCH]}
        try:
            answers = inventory.observe(list(asked))
        except ProviderError as error:
            log.info("run %s: disappearances wait to be confirmed: %s", plan.run_id, error.message)
            return
        absent = [asked[ref].id for ref, found in answers.items() if found is None]
        present: list[Resource] = [found for found in answers.values() if found is not None]
        with meter.database():
            stage.clear()
            for first in range(0, len(present), BATCH):
                stage.add(present[first : first + BATCH])
            record.commit_confirmed(tools, plan, stage, absent)


def _ref(row: ResourceRow) -> ResourceRef:
    return ResourceRef(ResourceKind(row.kind), row.native_id, row.native_scope, row.region, row.locator)
