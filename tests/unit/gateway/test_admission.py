"""What changes a cloud passes the admission hooks first; what reads does not."""

from pathlib import Path

import pytest

from mcm.contract import ConnectionForm
from mcm.errors import Forbidden
from mcm.gateway import AccountAccess, Change, Gateway
from mcm.registry import Registry
from mcm.settings import Settings


def test_a_refused_change_gets_no_connection_and_a_read_is_not_asked(tmp_path: Path) -> None:
    gateway = Gateway(Settings(data_dir=tmp_path), Registry())
    access = AccountAccess("acc_1", "lab", "simulated", 1, ConnectionForm({}, {}))
    asked: list[Change] = []

    def frozen(change: Change) -> None:
        asked.append(change)
        raise Forbidden("changes are frozen until Monday")

    gateway.admission.add(frozen)
    with gateway.lease(access, 5) as lease:
        assert lease.provider.check().realm
    assert asked == []
    change = Change("instance.stop", "acc_1", "res_1", "prn_local")
    with pytest.raises(Forbidden, match="frozen"), gateway.lease(access, 5, change=change):
        pytest.fail("the change was let through")
    assert asked == [change]
    gateway.close()
