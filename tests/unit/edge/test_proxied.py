"""Local mode is for this machine: what a proxy brings is nobody's, unless mcm knows of the proxy."""

import shutil
from pathlib import Path

import pytest

from mcm.app import build_app
from mcm.settings import Settings
from mcm.system import doctor
from tests import lab as labs
from tests.architecture.layout import client
from tests.baddays.serving import Served
from tests.rooms.identity.people import user

TELLING = ["Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Real-IP", "Via"]


@pytest.mark.parametrize("header", TELLING)
@pytest.mark.parametrize("path", ["/api/v1/accounts", "/api/v1/auth/session", "/metrics"])
def test_what_a_proxy_brings_is_not_local(served: Served, header: str, path: str) -> None:
    assert served.http.get(path).status_code == 200
    answer = served.http.get(path, headers={header: "for=127.0.0.1"})
    assert answer.status_code == 401
    assert "proxy" in answer.json()["detail"]
    assert "MCM_PUBLIC_URL" in answer.json()["next_step"]


def test_what_a_proxy_brings_is_counted(sqlite_template: Path, tmp_path: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "mcm.db")
    lab = labs.make(f"sqlite:///{tmp_path / 'mcm.db'}", tmp_path, requests_per_second=1.0)
    with client(build_app(lab.runtime, background=False)) as http:
        answers = [http.get("/", headers={"Via": "1.1 proxy"}).status_code for _ in range(60)]
    lab.close()
    assert answers[0] == 200
    assert answers[-1] == 429


def test_the_first_user_closes_the_metrics(served_lab: Served, lab: labs.Lab) -> None:
    assert served_lab.http.get("/metrics").status_code == 200
    user(lab)
    assert served_lab.http.get("/metrics").status_code == 401


def test_a_proxy_whose_address_is_not_known_is_told_of() -> None:
    said = doctor.unknown_proxy(Settings(public_url="https://mcm.example"))
    assert said is not None
    assert "MCM_TRUSTED_PROXIES" in said[0]
    assert doctor.unknown_proxy(Settings(public_url="https://mcm.example", trusted_proxies="10.0.0.4")) is None
    assert doctor.unknown_proxy(Settings()) is None


def test_doctor_tells_of_it(lab: labs.Lab) -> None:
    lab.runtime.settings = Settings(public_url="https://mcm.example", data_dir=lab.runtime.settings.data_dir)
    findings = [finding for finding in doctor.examine(lab.runtime) if finding.check == "proxy"]
    assert [finding.result for finding in findings] == ["warning"]
