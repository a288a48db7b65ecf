"""`mcm keys rotate`: everything opens before, during and after it, whoever holds which key."""

import base64
import itertools
import os
import stat
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from mcm.keys import repository
from mcm.keys.errors import KeyNotAtHand
from mcm.keys.rotation import Rotation
from mcm.models import Secret
from mcm.settings import Settings
from mcm.vault import StaleKey, Vault, VaultError, keyfile
from mcm.vault.local import EnvironmentKeys, FileKeys
from mcm.vault.opening import open_vault
from tests.lab import Lab
from tests.rooms.keys.filling import Filled, stray_key
from tests.rooms.keys.rotating import rotate_once

_numbers = itertools.count()


def rotate(lab: Lab, vault: Vault | None = None) -> Rotation:
    return rotate_once(lab.runtime.database, vault or lab.runtime.vault)


def _key_file(lab: Lab) -> Path:
    return lab.runtime.settings.key_file


def _post(http: httpx.Client, **params: Any) -> httpx.Response:
    return http.post("/api/v1/keys/rotation", params=params, headers={"Idempotency-Key": f"k{next(_numbers)}"})


def test_rotation_seals_every_value_anew_with_a_key_that_was_not_there(filled: Filled, http: httpx.Client) -> None:
    lab, old_id, before = filled.lab, filled.vault.key_id, filled.opened()
    old = _key_file(lab).read_text()
    answer = _post(http)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["former"], told["values"], told["source"]) == ([old_id], len(before), "file")
    assert told["key_id"] == filled.vault.key_id != old_id
    assert _key_file(lab).read_text().split() != old.split()
    assert len(_key_file(lab).read_text().split()) == 1
    assert stat.S_IMODE(_key_file(lab).stat().st_mode) == 0o600
    assert filled.key_ids() == filled.known() == {told["key_id"]}
    fresh = Vault(_key_file(lab))
    assert filled.opened(fresh).items() >= before.items() >= filled.texts.items()


def test_nothing_of_the_old_key_opens_any_more(filled: Filled, tmp_path: Path) -> None:
    kept = tmp_path / "kept.key"
    kept.write_bytes(_key_file(filled.lab).read_bytes())
    kept.chmod(0o600)
    rotate(filled.lab)
    with pytest.raises(VaultError) as refused:
        filled.opened(Vault(kept))
    assert all(key in refused.value.message for key in (filled.vault.key_id, Vault(kept).key_id))


def test_show_says_which_keys_there_are_and_never_shows_one(filled: Filled, http: httpx.Client) -> None:
    answer = http.get("/api/v1/keys")
    told = answer.json()
    (item,) = told["items"]
    assert (item["id"], item["state"], item["at_hand"]) == (filled.vault.key_id, "current", True)
    assert item["values"] == len(filled.opened())
    assert (told["source"], told["where"], told["unfinished"]) == ("file", str(_key_file(filled.lab)), False)
    assert _key_file(filled.lab).read_text().strip() not in answer.text


def test_dry_run_says_how_many_and_changes_nothing(filled: Filled, http: httpx.Client) -> None:
    key, known = _key_file(filled.lab).read_bytes(), filled.known()
    told = _post(http, dry_run=True).json()
    assert (told["dry_run"], told["values"]) == (True, len(filled.opened()))
    assert (_key_file(filled.lab).read_bytes(), filled.known()) == (key, known)


STEPS = ["begin", "registered", "reseal", "check", "committed", "finish"]


class _Cut(BaseException):
    """Stands for a kill: nothing that runs on an exception may run."""


def _cut_at(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*_: Any, **__: Any) -> Any:
        raise _Cut

    def after(original: Any) -> Any:
        def run(*args: Any, **options: Any) -> Any:
            original(*args, **options)
            raise _Cut

        return run

    if step == "begin":
        monkeypatch.setattr(keyfile, "replace", cut)
    elif step == "registered":
        monkeypatch.setattr(FileKeys, "begin", after(FileKeys.begin))
    elif step == "reseal":
        monkeypatch.setattr(Rotation, "_check", cut)
    elif step == "check":
        monkeypatch.setattr(repository, "forget", cut)
    elif step == "committed":
        monkeypatch.setattr(Rotation, "finish", cut)
    else:
        original = FileKeys.finish
        monkeypatch.setattr(FileKeys, "finish", after(original))


@pytest.mark.parametrize("step", STEPS)
def test_cut_at_any_step_leaves_everything_readable_and_writable_and_the_next_run_finishes(
    filled: Filled, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    old_id = filled.vault.key_id
    with monkeypatch.context() as patched:
        _cut_at(step, patched)
        with pytest.raises(_Cut):
            rotate(filled.lab)
    fresh = Vault(_key_file(filled.lab))
    assert filled.opened(fresh).items() >= filled.texts.items()
    # Secrets can be entered meanwhile, by a process that starts now.
    filled.lab.runtime.vault = fresh
    filled.store(Secret(account_id=filled.lab.scope("region").account_id, key="meanwhile"))
    again = rotate(filled.lab, fresh)
    assert again.resumed == (step not in ("begin", "finish"))
    assert filled.opened(Vault(_key_file(filled.lab))).items() >= filled.texts.items()
    assert filled.key_ids() == filled.known() == {Vault(_key_file(filled.lab)).key_id}
    assert old_id not in filled.known()
    assert len(_key_file(filled.lab).read_text().split()) == 1


def test_what_cannot_be_committed_leaves_the_old_key_alone_in_its_place(
    filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, known = _key_file(filled.lab).read_bytes(), filled.known()

    def failing(*_: Any) -> None:
        raise VaultError("no")

    monkeypatch.setattr(Rotation, "_check", failing)
    with pytest.raises(VaultError, match="no"):
        rotate(filled.lab)
    assert (_key_file(filled.lab).read_bytes(), filled.known()) == (before, known)
    assert filled.opened().items() >= filled.texts.items()


def test_damaged_value_is_named_and_nothing_is_rotated(filled: Filled) -> None:
    before = _key_file(filled.lab).read_bytes()
    with filled.lab.runtime.database.writing() as session:
        session.execute(text("UPDATE identity_secret SET sealed = (SELECT sealed FROM identity_secret WHERE owner='o1')"
                             " WHERE owner = 'o2'"))  # fmt: skip
    with pytest.raises(VaultError, match="identity_secret/o2/totp/sealed"):
        rotate(filled.lab)
    assert _key_file(filled.lab).read_bytes() == before


def test_value_sealed_before_and_stored_after_a_rotation_is_refused(filled: Filled) -> None:
    account = filled.lab.scope("region").account_id
    row = Secret(
        account_id=account, key="late", sealed=filled.vault.seal("late-value", f"secret/{account}/late/sealed")
    )
    rotate(filled.lab)
    with pytest.raises(StaleKey) as refused, filled.lab.runtime.database.writing() as session:
        session.add(row)
    assert "try again" in refused.value.next_step
    assert f"secret/{account}/late/sealed" not in filled.opened()


def test_request_that_met_a_rotation_seals_again_by_itself(
    filled: Filled, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Vault.seal
    met: list[str] = []

    def sealing(self: Vault, value: str, place: str) -> bytes:
        made = original(self, value, place)
        if not met and place.endswith("/token/sealed"):
            met.append(place)
            other = Vault(_key_file(filled.lab))
            if filled.lab.runtime.database.dialect == "sqlite":
                # Within the request's own transaction nobody else gets in: it is as if it had been before.
                return original(_vault_of_another_key(), value, place)
            rotate(filled.lab, other)
        return made

    monkeypatch.setattr(Vault, "seal", sealing)
    body = {"name": "second", "provider": "simulated", "ownership": "private", "secrets": {"token": "entered-anew"}}
    answer = http.post("/api/v1/accounts?check=false", json=body, headers={"Idempotency-Key": "met"})
    assert answer.status_code == 201, answer.text
    assert met
    assert "entered-anew" in filled.opened(Vault(_key_file(filled.lab))).values()


def _vault_of_another_key() -> Vault:
    return Vault(EnvironmentKeys(base64.b64encode(os.urandom(32)).decode()))


def test_two_rotations_at_once_are_refused(filled: Filled, http: httpx.Client) -> None:
    with filled.vault.source.alone():
        answer = _post(http)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert filled.opened().items() >= filled.texts.items()


def test_key_id_left_over_by_a_kill_goes_with_the_next_rotation(filled: Filled) -> None:
    with filled.lab.runtime.database.writing() as session:
        stray_key(session, "00" * 8)
    rotate(filled.lab)
    assert filled.known() == {filled.vault.key_id}


def test_wrong_key_file_is_refused_before_anything_is_made(filled: Filled, tmp_path: Path) -> None:
    other = tmp_path / "other.key"
    keyfile.load_or_create(other)
    before = other.read_bytes()
    with pytest.raises(KeyNotAtHand) as refused:
        rotate(filled.lab, Vault(other))
    assert all(key in refused.value.message for key in (filled.vault.key_id, Vault(other).key_id))
    assert other.read_bytes() == before


def test_lost_key_file_is_said_and_not_replaced(filled: Filled) -> None:
    _key_file(filled.lab).unlink()
    vault = open_vault(filled.lab.runtime.settings, filled.lab.runtime.database)
    for attempt in (lambda: vault.seal("anything", "p"), lambda: filled.opened(vault)):
        with pytest.raises(VaultError, match="gone"):
            attempt()
    assert not _key_file(filled.lab).exists()


def _settings(lab: Lab, **options: Any) -> Settings:
    return lab.runtime.settings.model_copy(update={"master_key_file": None} | options)


def test_key_of_the_environment_is_rotated_with_the_former_one_beside_it(filled: Filled) -> None:
    lab = filled.lab
    former = _key_file(lab).read_text().strip()
    held = open_vault(_settings(lab, master_key=SecretStr(former)), lab.runtime.database)
    assert filled.opened(held).items() >= filled.texts.items()
    with pytest.raises(VaultError) as refused:
        rotate(lab, held)
    assert "MCM_MASTER_KEY_OLD" in refused.value.next_step
    new = base64.b64encode(os.urandom(32)).decode()
    both = open_vault(_settings(lab, master_key=SecretStr(new), master_key_old=SecretStr(former)), lab.runtime.database)
    rotate(lab, both)
    alone = open_vault(_settings(lab, master_key=SecretStr(new)), lab.runtime.database)
    assert filled.opened(alone).items() >= filled.texts.items()
    assert filled.known() == {alone.key_id}


def test_two_places_for_the_key_are_refused(lab: Lab, tmp_path: Path) -> None:
    from mcm.errors import InvalidInput

    settings = lab.runtime.settings.model_copy(
        update={"master_key_file": tmp_path / "k", "master_key": SecretStr(base64.b64encode(b"x" * 32).decode())}
    )
    with pytest.raises(InvalidInput, match="MCM_MASTER_KEY_FILE and MCM_MASTER_KEY"):
        open_vault(settings, lab.runtime.database)
