"""Providers that break an obligation of connecting, signing in or closing."""

import socket
import uuid
from dataclasses import replace
from typing import Any, Self

import pytest

from mcm.contract import AccountIdentity, CallContext, Capability, ConnectionForm, PermissionDenied, ProviderDescriptor
from mcm_providers.simulated.adapter import SimulatedProvider
from mcm_providers.simulated.descriptor import DESCRIPTOR
from tests.conformance.broken.control import SECRET, Broken


class TestControl(Broken):
    """Nothing is broken, so nothing fails."""

    @pytest.fixture(scope="class")
    @classmethod
    def descriptor_path(cls) -> str:
        return "mcm_providers.simulated.descriptor:DESCRIPTOR"


class _SignsInEarly(SimulatedProvider):
    @classmethod
    def connect(cls, form: ConnectionForm, context: CallContext) -> Self:
        provider = super().connect(form, context)
        provider.check()
        return provider


class TestSignsInEarly(Broken):
    must_fail = frozenset({"test_connect_does_no_network", "test_connect_works_past_the_deadline"})
    provider = _SignsInEarly


def _touch_the_network() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        with socket.create_connection(listening.getsockname()):
            pass


class _OwnSockets(SimulatedProvider):
    @classmethod
    def connect(cls, form: ConnectionForm, context: CallContext) -> Self:
        _touch_the_network()
        return super().connect(form, context)


class TestOwnSockets(Broken):
    must_fail = frozenset({"test_connect_does_no_network", "test_every_socket_is_dialled"})
    provider = _OwnSockets


class _ClosesOnce(SimulatedProvider):
    closed = False

    def close(self) -> None:
        if self.closed:
            raise RuntimeError("already closed")
        self.closed = True


class TestClosesOnce(Broken):
    must_fail = frozenset({"test_close_twice", "test_close_twice_after_use"})
    provider = _ClosesOnce


class _Nobody(SimulatedProvider):
    def check(self) -> AccountIdentity:
        return replace(super().check(), realm="", missing=["list"])  # type: ignore[arg-type]


class TestNobody(Broken):
    must_fail = frozenset({"test_check_says_who_we_are"})
    provider = _Nobody


class _NewRealm(SimulatedProvider):
    def check(self) -> AccountIdentity:
        return replace(super().check(), realm=f"simulated:{uuid.uuid4()}")


class TestNewRealm(Broken):
    must_fail = frozenset({"test_realm_and_principal_are_stable", "test_a_new_deadline_makes_it_work_again"})
    provider = _NewRealm


class _Secretive(SimulatedProvider):
    """Ends its calls without saying so."""

    def check(self) -> AccountIdentity:
        self._context.before_call("extra")
        return super().check()


class TestSecretive(Broken):
    must_fail = frozenset({"test_every_call_is_reported"})
    provider = _Secretive


class _TakesAnyCredentials(SimulatedProvider):
    @classmethod
    def connect(cls, form: ConnectionForm, context: CallContext) -> Self:
        return super().connect(ConnectionForm(form.config, {"token": "fine"}), context)


class TestTakesAnyCredentials(Broken):
    must_fail = frozenset({"test_wrong_credentials_fail_to_sign_in", "test_wrong_credentials_read_nothing"})
    provider = _TakesAnyCredentials


class _MistakesWrongCredentials(SimulatedProvider):
    def check(self) -> AccountIdentity:
        if self._settings.token == "wrong":
            raise PermissionDenied("you may not")
        return super().check()


class TestMistakesWrongCredentials(Broken):
    must_fail = frozenset({"test_wrong_credentials_fail_to_sign_in"})
    provider = _MistakesWrongCredentials


class TestPromisesNoFeed(Broken):
    must_fail = frozenset({"test_protocols_and_capabilities_agree", "test_kinds_are_sound"})

    @pytest.fixture(scope="class")
    @classmethod
    def descriptor(cls) -> ProviderDescriptor:
        return DESCRIPTOR.model_copy(update={"capabilities": frozenset({Capability.INVENTORY})})


class _Talkative(SimulatedProvider):
    def check(self) -> AccountIdentity:
        return replace(super().check(), scope_name=f"signed in with {self._settings.token}")

    def _translate(self, *args: Any) -> Any:
        resource = super()._translate(*args)
        resource.native = {"request": f"X-Auth: {SECRET}"}
        return resource


class TestTalkative(Broken):
    must_fail = frozenset({"test_secrets_do_not_come_back", "test_secrets_are_in_no_resource"})
    provider = _Talkative
