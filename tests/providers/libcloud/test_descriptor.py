"""What is documented is what is done."""

import re
from pathlib import Path

from mcm.contract import ResourceKind
from mcm_providers import libcloud
from mcm_providers.libcloud.descriptor import DESCRIPTOR
from mcm_providers.libcloud.drivers.cloudstack.listings import LISTINGS
from tests.harness.replay.cloudstack_signing import ADMIN
from tests.providers.libcloud.conftest import GLOBAL, Connect, Serve

README = Path(libcloud.__file__).with_name("README.md")


def test_the_documented_role_is_what_is_asked_for(serve: Serve, connect: Connect) -> None:
    """Every command that reading everything sends is in the role, and no other."""
    (script,) = re.findall(r"```sh\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    documented = set(re.findall(r"\blist[A-Z]\w+", script))
    server = serve()
    provider = connect(server, ADMIN)
    provider.check()
    for kind in ResourceKind:
        if kind in provider.regions()[0].kinds:
            found = list(provider.collect(kind, GLOBAL))
            provider.observe([one.ref for one in found[:2]])
    assert documented == set(server.server.control.calls)


def test_the_descriptor_names_every_kind_that_is_read() -> None:
    assert set(DESCRIPTOR.kinds) == set(LISTINGS)
