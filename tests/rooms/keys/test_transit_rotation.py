"""Rotation with the key at a key server, and moving there from a key file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from mcm.vault import Vault
from mcm.vault.opening import open_vault
from tests.harness import transit
from tests.harness.transit import TransitServer
from tests.rooms.keys.filling import Filled
from tests.rooms.keys.rotating import rotate_once


@pytest.fixture
def server() -> Iterator[TransitServer]:
    with transit.serving() as made:
        yield made


@pytest.fixture
def moved(filled: Filled, server: TransitServer, tmp_path: Path) -> Filled:
    """Everything that was sealed with a key file, taken over by the key server."""
    lab, token = filled.lab, tmp_path / "token"
    token.write_text("token-1-of-the-test")
    former = lab.runtime.settings.key_file.read_text()
    options = {"transit_url": server.url, "transit_token_file": token}
    both = lab.runtime.settings.model_copy(update=options | {"master_key_old": SecretStr(former)})
    made = rotate_once(lab.runtime.database, open_vault(both, lab.runtime.database))
    assert made.resumed
    alone = open_vault(lab.runtime.settings.model_copy(update=options), lab.runtime.database)
    lab.runtime.vault = alone
    return filled


def test_what_a_key_file_sealed_is_taken_over_by_the_server(moved: Filled) -> None:
    assert moved.opened().items() >= moved.texts.items()
    assert moved.key_ids() == moved.known() == {moved.vault.key_id}


def test_rotation_makes_a_version_at_the_server_and_wraps_everything_with_it(
    moved: Filled, server: TransitServer
) -> None:
    before = moved.vault.key_id
    rotate_once(moved.lab.runtime.database, moved.vault)
    assert len(server.keys["mcm"]) == 2
    assert moved.key_ids() == moved.known() == {moved.vault.key_id} != {before}
    # The version before is not needed any more.
    server.minimum = 2
    moved.vault.source.forget()  # type: ignore[attr-defined]
    assert moved.opened().items() >= moved.texts.items()


def test_server_that_rotates_by_itself_keeps_nobody_from_writing(moved: Filled, server: TransitServer) -> None:
    server.keys["mcm"].append(b"n" * 32)
    moved.vault.source.forget()  # type: ignore[attr-defined]
    moved.fill(1)
    assert len(moved.known()) == 2
    assert moved.opened().items() >= moved.texts.items()
    # The next rotation takes that version up instead of making one more.
    assert rotate_once(moved.lab.runtime.database, moved.vault).resumed
    assert len(server.keys["mcm"]) == 2
    assert moved.key_ids() == moved.known() == {moved.vault.key_id}


def test_unreachable_server_refuses_the_rotation_and_changes_nothing(moved: Filled, server: TransitServer) -> None:
    from mcm.vault import VaultError

    before, known = moved.opened(), moved.known()
    server.sealed = True
    moved.vault.source.forget()  # type: ignore[attr-defined]
    with pytest.raises(VaultError, match="sealed"):
        rotate_once(moved.lab.runtime.database, moved.vault)
    server.sealed = False
    assert (moved.opened(), moved.known()) == (before, known)
    assert isinstance(moved.vault, Vault)
