"""Who may read /metrics: everybody in local mode, else whoever holds system.read, or everybody where that is wanted."""

import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest

from mcm.app import build_app
from tests import lab as labs
from tests.architecture.layout import client


def _metrics(template: Path, folder: Path, headers: dict[str, str] | None = None, **settings: Any) -> httpx.Response:
    shutil.copy(template, folder / "mcm.db")
    lab = labs.make(f"sqlite:///{folder / 'mcm.db'}", folder, **settings)
    lab.account("numbers", token="canary-of-the-account")
    given = {key: value.format(owner=lab.runtime.door.owner_token) for key, value in (headers or {}).items()}
    with client(build_app(lab.runtime, background=False)) as http:
        answer = http.get("/metrics", headers=given)
    lab.close()
    return answer


@pytest.mark.parametrize(
    ("settings", "headers", "status"),
    [
        ({}, {}, 200),
        ({}, {"X-Forwarded-For": "203.0.113.9"}, 401),
        ({}, {"X-Forwarded-For": "203.0.113.9", "Authorization": "Bearer {owner}"}, 200),
        ({"login": "required"}, {}, 401),
        ({"public_url": "https://mcm.example"}, {}, 401),
        ({"public_url": "https://mcm.example"}, {"Authorization": "Bearer mcmt_x_y"}, 401),
        ({"public_url": "https://mcm.example"}, {"Authorization": "Bearer {owner}"}, 200),
        ({"public_url": "https://mcm.example", "metrics_open": True}, {}, 200),
    ],
)
def test_metrics_are_for_those_who_may(
    sqlite_template: Path, tmp_path: Path, settings: dict[str, Any], headers: dict[str, str], status: int
) -> None:
    answer = _metrics(sqlite_template, tmp_path, headers, **settings)
    assert answer.status_code == status
    assert ("mcm_sync_running" in answer.text) == (status == 200)


def test_neither_metrics_nor_health_hold_secrets_or_tenants(sqlite_template: Path, tmp_path: Path) -> None:
    text = _metrics(sqlite_template, tmp_path).text
    assert 'account="numbers"' in text
    for hidden in ("canary", "tenant", "ten_default", "token", str(tmp_path)):
        assert hidden not in text
    lab = labs.make(f"sqlite:///{tmp_path / 'mcm.db'}", tmp_path, public_url="https://mcm.example")
    with client(build_app(lab.runtime, background=False)) as http:
        assert set(http.get("/healthz").json()) == {"status", "version"}
        assert http.get("/readyz").json() == {"status": "ready"}
    lab.close()
