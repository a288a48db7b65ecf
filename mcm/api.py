"""The table of contents of the HTTP API: which room answers for which paths."""

from mcm.edge.rooms import Room
from mcm.inventory.kinds import PLURALS

__all__ = ["PAGES", "ROOMS", "UPLOADS"]

# A part that several rooms share is written down in each of them: `/accounts/{id}/plans` is of the plans.
ROOMS = (
    Room("mcm.catalog.endpoints", {"providers"}),
    Room("mcm.accounts.endpoints", {"accounts"}),
    Room("mcm.sync.endpoints", {"sync"}),
    Room("mcm.inventory.endpoints", {"resources", "hierarchy", *PLURALS.values()}),
    Room("mcm.operations.endpoints", {"operations", "actions", "accounts", "resources"}),
    Room("mcm.plans.endpoints", {"plans", "recycled", "retirements", "accounts", "resources"}),
    Room("mcm.schedules.endpoints", {"schedules"}),
    Room("mcm.events.endpoints", {"events"}),
    Room("mcm.notices.endpoints", {"notice-targets"}),
    Room("mcm.views.endpoints", {"views"}),
    Room("mcm.prices.endpoints", {"prices", "price-lists", "price-fetches", "exchange-rates", "rate-rules"}),
    Room("mcm.ratecards.endpoints", {"cost-pools", "rate-cards"}),
    Room("mcm.charges.endpoints", {"charges", "charge-imports", "cost-months"}),
    Room("mcm.allocations.endpoints", {"allocation-rules", "anomalies", "budgets", "cost-reports", "forecasts"}),
    Room("mcm.workloads.endpoints", {"workloads", "schemas"}),
    Room("mcm.costs.endpoints", {"costs", "estimates"}),
    Room("mcm.utilisation.endpoints", {"utilisation", "resources"}),
    Room("mcm.findings.endpoints", {"findings"}),
    Room("mcm.policies.endpoints", {"policies", "classification-rules", "exceptions", "violations", "resources"}),
    Room("mcm.placement.endpoints", {"placements", "reservations", "locations", "latencies"}),
    Room("mcm.optimizer.endpoints", {"optimizations"}),
    Room("mcm.moves.endpoints", {"moves"}),
    Room("mcm.resilience.endpoints", {"availability"}),
    Room("mcm.identity.endpoints", {"auth", "users", "roles", "role-bindings", "tokens"}),
    Room("mcm.oidc.endpoints", {"auth", "oidc-providers"}),
    Room("mcm.tenancy.endpoints", {"tenants", "tenant-rules"}),
    Room("mcm.auditlog.endpoints", {"audit"}),
    Room("mcm.keys.endpoints", {"keys"}),
)
# What a browser is shown before anybody is signed in, and around it.
PAGES = Room("mcm.identity.endpoints", {"login", "device", "password", "security", "setup"}, prefix="", router="pages")
# Path → the setting that says how much may be uploaded there, in MiB.
UPLOADS = {"/api/v1/charge-imports": "charge_upload_mib", "/api/v1/price-lists": "price_upload_mib"}
