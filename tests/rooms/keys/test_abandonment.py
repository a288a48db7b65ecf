"""`mcm keys abandon`: after the loss of a master key mcm goes on, nothing is done without its secret, and the trail
before is kept as it stood."""

import base64
import json
import os
import subprocess
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select, text, update

from mcm.app import build_app
from mcm.audit import heads, segments
from mcm.audit.keys import SegmentKeys
from mcm.audit.verify import Report, verify
from mcm.db import backups
from mcm.db.engine import build_engine
from mcm.db.session import Database
from mcm.errors import InvalidInput
from mcm.identity import totp
from mcm.keys.abandonment import Abandonment
from mcm.keys.errors import NothingLost
from mcm.models import Account, AuditEvent, AuditSegment, IdentitySecret, OidcProvider, Secret, User
from mcm.vault import Vault, VaultError, sealed
from mcm.vault.local import EnvironmentKeys
from tests import lab as labs
from tests.acceptance.forking import commands
from tests.acceptance.shell import MCM
from tests.architecture.layout import client
from tests.guards import unguarded
from tests.lab import CALLER, Lab
from tests.rooms.identity.people import user
from tests.rooms.keys.filling import Filled
from tests.rooms.keys.rotating import rotate_once


def _key_file(lab: Lab) -> Path:
    return lab.runtime.settings.key_file


@pytest.fixture
def lost(filled: Filled, database_url: str, tmp_path: Path) -> Lab:
    """The same database after a restart without its key file."""
    _key_file(filled.lab).unlink()
    made = labs.make(database_url, tmp_path)
    made.runtime.executor.dispatch_soon = lambda *_, **__: None  # type: ignore[method-assign]
    return made


def _abandoned(lab: Lab) -> Abandonment:
    made = Abandonment(lab.runtime.database, lab.runtime.vault)
    made.run(CALLER)
    return made


def _verified(lab: Lab, *lines: str) -> Report:
    with lab.runtime.database.reading() as session:
        return verify(session.connection(), SegmentKeys(lab.runtime.vault), lines)


def _head(lab: Lab) -> str:
    with lab.runtime.database.reading() as session:
        found = heads.current(session.connection(), SegmentKeys(lab.runtime.vault))
    assert found is not None
    return found.line()


def test_without_it_nothing_can_be_changed_and_with_it_everything(lost: Lab) -> None:
    with client(build_app(lost.runtime, background=False)) as http:
        assert _pause(http, "before").status_code == 503
    told = Abandonment(lost.runtime.database, lost.runtime.vault).run(CALLER)
    assert told.key_id == Vault(_key_file(lost)).key_id
    assert _key_file(lost).stat().st_mode & 0o777 == 0o600
    with client(build_app(lost.runtime, background=False)) as http:
        assert _pause(http, "after").status_code == 200
    assert lost.runtime.vault.key_id not in told.lost


def _pause(http: httpx.Client, key: str) -> httpx.Response:
    return http.post("/api/v1/accounts/lab/pause", headers={"Idempotency-Key": key})


def test_accounts_say_so_and_are_read_again_once_their_secrets_are_entered(
    lost: Lab, database_url: str, tmp_path: Path
) -> None:
    _abandoned(lost)
    with client(build_app(lost.runtime, background=False)) as http:
        shown = http.get("/api/v1/accounts/lab").json()
        assert (shown["status"], shown["error_code"], shown["secrets_set"]) == ("paused", "secrets_lost", [])
        assert "mcm account update" in shown["error_message"]
        resumed = http.post("/api/v1/accounts/lab/resume", headers={"Idempotency-Key": "a"})
        assert (resumed.status_code, "master key" in resumed.json()["detail"]) == (422, True)
        body = {"secrets": {"token": "entered-anew"}}
        entered = http.patch("/api/v1/accounts/lab", json=body, headers={"Idempotency-Key": "b"})
        assert (entered.status_code, entered.json()["status"]) == (200, "new")
        assert entered.json()["error_code"] is None
    reading = labs.make(database_url, tmp_path)
    reading.runtime.executor.dispatch_soon = lambda *_, **__: None  # type: ignore[method-assign]
    assert set(reading.sync()) == {"complete"}
    reading.close()


def test_what_the_lost_key_sealed_is_gone_or_stays_closed(lost: Lab, filled: Filled) -> None:
    told = Abandonment(lost.runtime.database, lost.runtime.vault).run(CALLER)
    assert (told.accounts, told.providers) == (["lab"], ["n0", "n1", "n2"])
    with lost.runtime.database.reading() as session:
        assert session.scalars(select(Secret)).all() == []
        assert session.scalars(select(IdentitySecret)).all() == []
        found = session.execute(select(OidcProvider.sealed, OidcProvider.enabled)).all()
        assert [tuple(row) for row in found] == [(None, False)] * 3
        left = [column.table for column in sealed.COLUMNS for row in sealed.rows(session.connection(), column)]
    assert set(left) == {"audit_segment"}
    again = rotate_once(lost.runtime.database, lost.runtime.vault)
    assert len(_key_file(lost).read_text().split()) == 1, "rotating goes on as ever"
    assert again.target == Vault(_key_file(lost)).key_id
    assert _verified(lost).ok


def test_the_trail_before_is_kept_and_a_change_in_it_shows(lost: Lab) -> None:
    with lost.runtime.database.reading() as session:
        before = session.scalars(select(AuditEvent.seq).order_by(AuditEvent.seq)).all()
    told = Abandonment(lost.runtime.database, lost.runtime.vault).run(CALLER)
    assert told.rows == len(before) > 0
    report = _verified(lost)
    assert (report.finding, report.lost, report.rows) == (None, len(before), 1)
    with lost.runtime.database.reading() as session:
        last = session.scalars(select(AuditEvent).order_by(AuditEvent.seq.desc()).limit(1)).one()
    assert (last.action, last.details["lost"], last.details["rows"]) == ("keys.abandon", told.lost, len(before))
    for statement in (
        "UPDATE audit_event SET outcome = 'failed' WHERE seq = 1",
        "UPDATE audit_segment SET head = former_seal WHERE number = 1",
        f"DELETE FROM audit_event WHERE seq = {before[-1]}",
    ):
        with unguarded(lost.runtime.database.engine) as connection:
            point = connection.begin_nested()
            connection.execute(text(statement))
            found = verify(connection, SegmentKeys(lost.runtime.vault)).finding
            assert found is not None, statement
            assert (found.kind, found.segment) == ("changed", 2)
            point.rollback()
    assert _verified(lost).ok


def test_giving_up_the_key_in_use_does_not_make_a_forged_trail_whole(filled: Filled) -> None:
    """Whoever writes the database alone could mark the key as lost: then the open segment's is, and that shows."""
    with filled.lab.runtime.database.writing() as session:
        session.execute(text("UPDATE vault_key SET retired_at = created_at"))
    found = _verified(filled.lab).finding
    assert found is not None
    assert (found.kind, "lost" in found.message) == ("key", True)


def test_exported_heads_go_on(filled: Filled, lost: Lab) -> None:
    with filled.lab.runtime.database.reading() as session:
        number, seq, mac = session.execute(
            select(AuditSegment.number, AuditSegment.last_seq, AuditSegment.head).order_by(AuditSegment.number.desc())
        ).first() or (0, 0, b"")
    line = json.dumps({"mcm_audit_head": 1, "at": "2026-01-01T00:00:00.000000Z", "segment": number, "seq": seq,
                       "mac": mac.hex(), "signature": "00" * 32})  # fmt: skip
    other = line.replace(mac.hex(), "ab" * 32)
    _abandoned(lost)
    assert _verified(lost, line, _head(lost)).ok
    found = _verified(lost, other).finding
    assert found is not None
    assert found.kind == "truncated"


def test_rows_that_cannot_be_proven_are_not_pruned_and_later_ones_are(lost: Lab) -> None:
    _abandoned(lost)
    with lost.runtime.database.writing() as session:
        assert segments.seal_due(session, most_rows=1) == 2
    before = _verified(lost).lost
    with lost.runtime.database.writing() as session:
        assert segments.prune(session, -1) == 1, "the segment that can be proven"
    with lost.runtime.database.writing() as session:
        assert segments.prune(session, -1) is None
    report = _verified(lost)
    assert (report.ok, report.lost, report.pruned) == (True, before, 1)


def test_a_second_loss_covers_the_first(lost: Lab, database_url: str, tmp_path: Path) -> None:
    _abandoned(lost)
    _key_file(lost).unlink()
    again = labs.make(database_url, tmp_path)
    told = Abandonment(again.runtime.database, again.runtime.vault).run(CALLER)
    report = _verified(again)
    assert (report.finding, report.rows) == (None, 1)
    assert report.lost > told.rows == 1
    again.close()


def test_a_key_that_is_at_hand_is_not_given_up(filled: Filled) -> None:
    with pytest.raises(NothingLost):
        Abandonment(filled.lab.runtime.database, filled.vault).preview()
    with pytest.raises(NothingLost):
        Abandonment(filled.lab.runtime.database, filled.vault).run(CALLER)
    assert filled.opened().items() >= filled.texts.items()


def test_a_file_that_cannot_be_read_is_no_lost_key(filled: Filled, database_url: str, tmp_path: Path) -> None:
    _key_file(filled.lab).chmod(0o644)
    again = labs.make(database_url, tmp_path)
    with pytest.raises(VaultError, match="open to other users"):
        Abandonment(again.runtime.database, again.runtime.vault).run(CALLER)
    again.close()


def test_another_key_at_hand_takes_over_and_one_given_up_does_not(lost: Lab) -> None:
    text_of = base64.b64encode(os.urandom(32)).decode()
    first = Vault(EnvironmentKeys(text_of))
    fresh = labs.make(
        str(lost.runtime.database.engine.url.render_as_string(hide_password=False)),
        lost.runtime.settings.directory,
        master_key=SecretStr(text_of),
    )
    assert Abandonment(fresh.runtime.database, fresh.runtime.vault).run(CALLER).key_id == first.key_id
    assert not _key_file(lost).exists(), "no file is made where the key comes from elsewhere"
    third = labs.make(
        str(lost.runtime.database.engine.url.render_as_string(hide_password=False)),
        lost.runtime.settings.directory,
        master_key=SecretStr(base64.b64encode(os.urandom(32)).decode()),
    )
    _abandoned(third)
    with pytest.raises(InvalidInput, match="given up"):
        Abandonment(fresh.runtime.database, fresh.runtime.vault).run(CALLER)
    for one in (fresh, third):
        one.close()


def test_dry_run_and_a_kill_before_the_commit_change_nothing(lost: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    told = Abandonment(lost.runtime.database, lost.runtime.vault).preview()
    assert (told.dry_run, told.key_id, _key_file(lost).exists()) == (True, "", False)

    def killed(*_: object) -> object:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("mcm.audit.lost.begin_anew", killed)
        with pytest.raises(Killed):
            _abandoned(lost)
    with lost.runtime.database.reading() as session:
        assert session.scalars(select(Account.status)).one() != "paused"
    _abandoned(lost)
    assert _verified(lost).ok


def test_a_backup_made_afterwards_restores_and_verifies(lost: Lab, tmp_path: Path) -> None:
    _abandoned(lost)
    backups.backup(lost.runtime.database.engine, tmp_path / "after.backup")
    target = f"sqlite:///{tmp_path / 'elsewhere.db'}"
    assert backups.restore(tmp_path / "after.backup", target).keys == [lost.runtime.vault.key_id]
    restored = Database(build_engine(target))
    with restored.reading() as session:
        report = verify(session.connection(), SegmentKeys(lost.runtime.vault))
    assert (report.ok, report.rows) == (True, 1)
    restored.dispose()


def test_a_second_factor_is_still_asked_for_and_recovery_codes_open(filled: Filled, lost: Lab) -> None:
    database = lost.runtime.database
    _abandoned(lost)
    anna = user(lost)
    with database.writing() as session:
        session.execute(update(User).where(User.principal_id == anna).values(totp_since=User.password_at))
        one = session.get_one(User, anna)
        (code, *_) = totp.new_recovery_codes(session, one)
        assert totp.check(session, lost.runtime.vault, one, "123456") == ""
        assert totp.check(session, lost.runtime.vault, one, code) == "recovery"


def _typed(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MCM_")}
    environment |= {"MCM_DATA_DIR": str(folder), "MCM_CONFIG_DIR": str(folder / "config")}
    return commands.run([MCM, *words], environment, "", 120)


@pytest.mark.only_on("sqlite")
def test_on_the_command_line(lost: Lab, tmp_path: Path) -> None:
    lost.close()
    dry = _typed(tmp_path, "keys", "abandon", "--dry-run")
    assert (dry.returncode, "nothing was changed" in dry.stdout) == (0, True), dry.stderr
    assert "lab" in dry.stderr
    refused = _typed(tmp_path, "keys", "abandon")
    assert (refused.returncode, "add --yes" in refused.stderr) == (2, True)
    assert not (tmp_path / "master.key").exists()
    done = _typed(tmp_path, "keys", "abandon", "--yes", "-o", "json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["accounts"] == ["lab"]
    whole = _typed(tmp_path, "audit", "verify")
    assert (whole.returncode, "rows whose master key was lost" in whole.stdout) == (0, True), whole.stderr
    shown = json.loads(_typed(tmp_path, "audit", "segments", "-o", "json").stdout)
    assert [one["state"] for one in shown] == ["open", "lost", "lost"]
    again = _typed(tmp_path, "keys", "abandon", "--yes")
    assert (again.returncode, "opens what is stored" in again.stderr) == (1, True)
