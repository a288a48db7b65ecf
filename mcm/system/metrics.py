"""Prometheus metrics, computed from the database and the governor when asked; nothing is counted twice."""

from typing import TYPE_CHECKING

from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_client.core import CollectorRegistry, CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mcm.kit import clock
from mcm.models import Account, Scope, SyncRun

if TYPE_CHECKING:
    from mcm.edge.runtime import Runtime


class _Collected(Collector):
    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> list[Metric]:
        return self._metrics


def render(session: Session, runtime: "Runtime") -> tuple[bytes, str]:
    registry = CollectorRegistry()
    registry.register(_Collected([*_scopes(session), *_runs(session), *_gateway(session, runtime)]))
    return generate_latest(registry), CONTENT_TYPE_LATEST


def _scopes(session: Session) -> list[Metric]:
    by_status = GaugeMetricFamily("mcm_scopes", "Scopes by status", labels=["account", "status"])
    resources = GaugeMetricFamily("mcm_resources", "Resources seen", labels=["account", "kind"])
    age = GaugeMetricFamily("mcm_scope_age_seconds", "Age of the oldest complete read", labels=["account"])
    rows = session.execute(
        select(Account.name, Scope.status, func.count())
        .join(Account, Account.id == Scope.account_id)
        .group_by(Account.name, Scope.status)
    )
    for name, status, number in rows:
        by_status.add_metric([name, status], number)
    rows_kind = session.execute(
        select(Account.name, Scope.kind, func.sum(Scope.resources))
        .join(Account, Account.id == Scope.account_id)
        .group_by(Account.name, Scope.kind)
    )
    for name, kind, number in rows_kind:
        resources.add_metric([name, kind], int(number or 0))
    now = clock.now()
    rows_age = session.execute(
        select(Account.name, func.min(Scope.as_of))
        .join(Account, Account.id == Scope.account_id)
        .where(Scope.status != "unsupported")
        .group_by(Account.name)
    )
    for name, oldest in rows_age:
        if oldest is not None:
            age.add_metric([name], max((now - oldest).total_seconds(), 0.0))
    return [by_status, resources, age]


def _runs(session: Session) -> list[Metric]:
    runs = CounterMetricFamily("mcm_sync_runs", "Reads in the ledger", labels=["account", "outcome"])
    calls = CounterMetricFamily("mcm_cloud_calls", "Requests sent to clouds", labels=["account"])
    received = CounterMetricFamily("mcm_cloud_received_bytes", "Bytes received from clouds", labels=["account"])
    unknown = CounterMetricFamily("mcm_unknown_states", "Native states no table knows", labels=["account", "kind"])
    rows = session.execute(
        select(
            SyncRun.account_name,
            SyncRun.outcome,
            func.count(),
            func.sum(SyncRun.calls),
            func.sum(SyncRun.received_bytes),
        ).group_by(SyncRun.account_name, SyncRun.outcome)
    )
    totals: dict[str, list[int]] = {}
    for name, outcome, number, sent, size in rows:
        runs.add_metric([name, outcome], number)
        total = totals.setdefault(name, [0, 0])
        total[0] += int(sent or 0)
        total[1] += int(size or 0)
    for name, (sent, size) in totals.items():
        calls.add_metric([name], sent)
        received.add_metric([name], size)
    rows_unknown = session.execute(
        select(SyncRun.account_name, SyncRun.kind, func.sum(SyncRun.unknown_states))
        .where(SyncRun.unknown_states > 0)
        .group_by(SyncRun.account_name, SyncRun.kind)
    )
    for name, kind, number in rows_unknown:
        unknown.add_metric([name, kind], int(number))
    return [runs, calls, received, unknown]


def _gateway(session: Session, runtime: "Runtime") -> list[Metric]:
    rate = GaugeMetricFamily(
        "mcm_governor_calls_per_second", "Allowed rate of calls", labels=["account", "service", "region"]
    )
    names = {row[0]: row[1] for row in session.execute(select(Account.id, Account.name))}
    for (account_id, service, region), allowed in runtime.executor.rates().items():
        rate.add_metric([names.get(account_id, account_id), service, region], allowed)
    running = GaugeMetricFamily("mcm_sync_running", "Reads under way", value=runtime.executor.running)
    works = GaugeMetricFamily(
        "mcm_background_up", "Whether clouds are read and operations carried out", value=int(runtime.executor.works)
    )
    return [rate, running, works]
