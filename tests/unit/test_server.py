"""Where mcm listens."""

import pytest

from mcm.errors import InvalidInput
from mcm.server import bound
from mcm.settings import Settings


@pytest.mark.parametrize("listen", ["0.0.0.0:8080", "[::]:8080", "192.0.2.1:8080", "example.com:80"])
def test_without_tls_only_loopback_is_served(listen: str) -> None:
    with pytest.raises(InvalidInput, match="in the clear"), bound(Settings(listen=listen)):
        pytest.fail("it listens")


def test_a_taken_port_is_said_plainly() -> None:
    with bound(Settings(listen="127.0.0.1:0")) as (_, url):
        taken = url.removeprefix("http://")
        with pytest.raises(InvalidInput, match="cannot listen on"), bound(Settings(listen=taken)):
            pytest.fail("it listens twice")


@pytest.mark.parametrize("listen", ["127.0.0.1", "127.0.0.1:http", ""])
def test_a_malformed_address_is_said_plainly(listen: str) -> None:
    with pytest.raises(InvalidInput, match="MCM_LISTEN"), bound(Settings(listen=listen)):
        pytest.fail("it listens")


@pytest.mark.parametrize(
    "url",
    ["http://mcm.example", "mcm.example", "https://", "https://mcm.example/path", "https://me:secret@mcm.example"],
)
def test_a_public_url_is_the_tls_address_of_the_proxy(url: str) -> None:
    with (
        pytest.raises(InvalidInput, match="MCM_PUBLIC_URL") as refusal,
        bound(Settings(listen="127.0.0.1:0", public_url=url)),
    ):
        pytest.fail("it listens")
    assert "secret" not in refusal.value.message
