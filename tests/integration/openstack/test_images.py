"""The bytes of images at a real glance: up, found again, down, in parts, and what is removed."""

import hashlib
import io
import secrets
from collections.abc import Iterator

import pytest

from mcm.contract import ImageFile, ResourceKind, ResourceRef
from mcm.contract.conformance.context import PlainContext
from mcm_providers.openstack.adapter import OpenStackProvider
from mcm_providers.openstack.descriptor import DESCRIPTOR
from tests.harness.openstack.cloud import OpenStackCloud
from tests.harness.openstack.seed import seed

pytestmark = pytest.mark.openstack


class Sink(io.BytesIO):
    begun: int | None = None

    def begin(self, offset: int) -> None:
        self.begun = offset


class Source(io.BytesIO):
    def __len__(self) -> int:
        return len(self.getvalue())


def _opened(cloud: OpenStackCloud) -> tuple[OpenStackProvider, str]:
    answers = cloud.credentials("demo")
    secret = answers.pop("password")
    form = DESCRIPTOR.connection.validated(answers, {"password": secret})
    provider = OpenStackProvider.connect(form, PlainContext(seconds=300))
    region = next(one for one in provider.regions() if ResourceKind.INSTANCE in one.kinds)
    return provider, region.native_id


@pytest.fixture(scope="module")
def place(openstack_cloud: OpenStackCloud) -> Iterator[tuple[OpenStackProvider, str]]:
    seed(openstack_cloud, instances=4, volumes=3)
    provider, region = _opened(openstack_cloud)
    yield provider, region
    provider.close()


def check_there_and_back(provider: OpenStackProvider, region: str) -> None:
    """Glance's own checksum is that of the bytes; the second try finds what the first has made."""
    data = hashlib.shake_256(secrets.token_bytes(8)).digest(5 * 2**20 + 17)
    token = f"mcm-{secrets.token_hex(16)}"
    properties = {"os_type": "linux", "hw_disk_bus": "virtio"}
    digest = f"sha512:{hashlib.sha512(data).hexdigest()}"
    wanted = ImageFile("moved", "raw", len(data), digest, min_disk_gib=1, min_memory_mib=64, properties=properties)
    assert provider.find_image(region, token) is None
    made = provider.upload_image(region, wanted, Source(data), token)
    try:
        assert provider.upload_image(region, wanted, Source(data), token) == made
        assert provider.find_image(region, token) == made
        shown = provider.image_file(made)
        assert (shown.disk_format, shown.size_bytes, shown.checksum) == ("raw", len(data), digest)
        assert (shown.min_disk_gib, shown.min_memory_mib, dict(shown.properties)) == (1, 64, properties)
        for start in (0, 2**20 + 1):
            sink = Sink()
            provider.download_image(made, sink, start)
            assert sink.begun in (0, start)
            assert sink.getvalue() == data[sink.begun :]
        found = provider.observe([made])[made]
        assert found is not None
        assert (found.state, found.attributes.visibility) == ("available", "private")  # type: ignore[attr-defined]
        provider.remove_image(region, f"mcm-{secrets.token_hex(16)}")
        assert provider.find_image(region, token) == made
    finally:
        provider.remove_image(region, token)
    assert _gone(provider, made)
    provider.remove_image(region, token)


def _gone(provider: OpenStackProvider, image: ResourceRef) -> bool:
    return provider.observe([image])[image] is None


def test_there_and_back(place: tuple[OpenStackProvider, str]) -> None:
    check_there_and_back(*place)
