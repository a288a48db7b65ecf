"""What the cloud calls a request that it refused is in the audit trail."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from mcm.accounts import checking
from mcm.contract import AuthenticationFailed
from mcm.models import AuditEvent
from tests import lab as labs
from tests.baddays.serving import Served, serving
from tests.lab import Lab


@pytest.fixture
def lab(database_url: str, tmp_path: Path) -> Iterator[Lab]:
    made = labs.make(database_url, tmp_path)
    yield made
    made.close()


@pytest.fixture
def refusing(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    lab.account("known")

    def refused(*_: object) -> object:
        raise AuthenticationFailed("no", request_id="cloud-7")

    monkeypatch.setattr(checking, "only_provider_errors", refused)
    with serving(lab) as served:
        yield served


def _rows(lab: Lab, action: str) -> list[tuple[str, str, str | None]]:
    with lab.runtime.database.reading() as session:
        query = select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.seq)
        return [(row.phase, row.outcome, row.provider_request_id) for row in session.scalars(query)]


def test_a_failed_check_names_the_clouds_request(lab: Lab, refusing: Served) -> None:
    assert refusing.send("POST", "/api/v1/accounts/known/check").json()["ok"] is False
    assert _rows(lab, "account.check") == [("intent", "sent", None), ("result", "failed", "cloud-7")]


def test_a_refused_account_leaves_a_row_and_a_dry_run_none(lab: Lab, refusing: Served) -> None:
    body = {"name": "new", "provider": "simulated", "ownership": "private", "secrets": {"token": "kanari7-token"}}
    before = _rows(lab, "account.create")
    dry = refusing.send("POST", "/api/v1/accounts?dry_run=true", body)
    assert (dry.status_code >= 400, _rows(lab, "account.create")) == (True, before)
    assert refusing.send("POST", "/api/v1/accounts", body).status_code >= 400
    assert _rows(lab, "account.create") == [*before, ("result", "failed", "cloud-7")]
    with lab.runtime.database.reading() as session:
        last = session.scalars(select(AuditEvent).order_by(AuditEvent.seq.desc()).limit(1)).one()
    assert last.details == {"name": "new", "provider": "simulated", "error": "authentication_failed"}
