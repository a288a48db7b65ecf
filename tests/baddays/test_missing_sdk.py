"""A provider whose SDK is not installed: one sentence where it is needed, and everything else goes on."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mcm.accounts import repository
from mcm.accounts import service as accounts
from tests import lab as labs
from tests.lab import Lab

SDKS = {
    "aws": ["boto3", "botocore", "lxml"],
    "openstack": ["openstack", "keystoneauth1"],
    "vmware": ["pyVmomi", "pyVim", "vmware", "lxml"],
    "libcloud": ["libcloud"],
}
_MCM = """
import sys
# As good as not installed: importing fails, and looking for it finds nothing.
sys.modules.update(dict.fromkeys({names!r}))
from mcm.cli.main import run
run()
"""


def _mcm(lab: Lab, *arguments: str) -> "subprocess.CompletedProcess[str]":
    names = sorted({name for group in SDKS.values() for name in group})
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MCM_")}
    environment |= {
        "MCM_DATABASE_URL": lab.runtime.settings.database,
        "MCM_DATA_DIR": str(lab.runtime.settings.directory),
    }
    return subprocess.run(
        [sys.executable, "-c", _MCM.format(names=names), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def lab(sqlite_template: Path, tmp_path: Path) -> Lab:
    (tmp_path / "mcm.db").write_bytes(sqlite_template.read_bytes())
    made = labs.make(f"sqlite:///{tmp_path / 'mcm.db'}", tmp_path)
    made.account("simulated", instances=7)
    made.sync("simulated", kinds=("instance",))
    # Connected on a machine that had the SDK.
    made.account("orphan", instances=3)
    made.sync("orphan", kinds=("instance",))
    with made.runtime.database.writing() as session:
        account = accounts.get(session, "orphan")
        account.provider, account.config = "aws", {"region": "eu-central-1"}
        accounts._store(
            session, made.runtime.vault, account.id, {"access_key_id": "AKIAX", "secret_access_key": "kanari7-key"}
        )
        for secret in repository.secrets(session, account.id):
            if secret.key == "token":
                session.delete(secret)
    made.close()
    return made


def test_providers_are_listed_with_what_is_missing(lab: Lab) -> None:
    done = _mcm(lab, "provider", "list", "-o", "json")
    assert done.returncode == 0, done.stderr
    listed = {row["name"]: row for row in json.loads(done.stdout)}
    assert listed["simulated"]["installed"] is True
    for name in SDKS:
        assert listed[name]["installed"] is False
        assert f"mcm[{name}]" in json.dumps(listed[name])


@pytest.mark.parametrize("provider", ["aws", "vmware"])
def test_account_of_it_cannot_be_added_and_the_sentence_says_how_it_could(lab: Lab, provider: str) -> None:
    done = _mcm(lab, "account", "add", "new", "--provider", provider, "--ownership", "public")
    assert done.returncode != 0
    assert f"mcm[{provider}]" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_known_is_listed_and_other_accounts_are_read(lab: Lab) -> None:
    listed = _mcm(lab, "instance", "list", "-o", "json", "--all")
    assert listed.returncode == 0, listed.stderr
    assert len(json.loads(listed.stdout)) == 10
    synced = _mcm(lab, "sync", "--full", "--kind", "instance")
    assert synced.returncode == 5, synced.stdout + synced.stderr
    assert "mcm[aws]" in synced.stderr
    assert "kanari7" not in synced.stdout + synced.stderr
    assert "Traceback" not in synced.stderr
    again = json.loads(_mcm(lab, "instance", "list", "-o", "json", "--all").stdout)
    assert {(row["account"], row["presence"]) for row in again} == {("simulated", "present"), ("orphan", "unreachable")}
