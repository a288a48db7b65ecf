"""Obligations of connecting, signing in and closing."""

from collections.abc import Mapping
from typing import Any

import pytest

from mcm.contract import (
    AuthenticationFailed,
    Capability,
    ChangeFeed,
    ConnectionForm,
    ImageExport,
    ImageImport,
    InventoryReader,
    MetricsReader,
    PriceReader,
    ProviderDescriptor,
)
from mcm.contract.actions import Actor
from mcm.contract.conformance.base import ConformanceFixtures, Connect, must_raise
from mcm.contract.conformance.checks import identity_problems, require, require_none
from mcm.contract.conformance.watched import WatchedContext

_SHORT = 6  # a shorter secret may stand in other texts by chance


class Connecting(ConformanceFixtures):
    def test_connect_does_no_network(self, connect: Connect, context: WatchedContext) -> None:
        with context.watching():
            provider = connect(context)
        require(not context.calls and not context.dialled, "connect reported calls or dialled")
        require(not context.unguarded, f"connect opened sockets to {context.unguarded}")
        provider.close()

    def test_connect_works_past_the_deadline(self, connect: Connect, context: WatchedContext) -> None:
        """What does no network needs no time."""
        context.arm(0.0)
        connect(context).close()

    def test_close_twice(self, connect: Connect, context: WatchedContext) -> None:
        provider = connect(context)
        provider.close()
        provider.close()

    def test_close_twice_after_use(self, connect: Connect, context: WatchedContext) -> None:
        provider = connect(context)
        provider.check()
        provider.close()
        provider.close()

    def test_check_says_who_we_are(self, provider_under_test: Any) -> None:
        require_none(identity_problems(provider_under_test.check()), "check()")

    def test_realm_and_principal_are_stable(self, connect: Connect) -> None:
        seen = []
        for _ in range(2):
            provider = connect(WatchedContext())
            seen.append(provider.check())
            provider.close()
        require(seen[0].realm == seen[1].realm, f"two connections gave the realms {seen[0].realm}, {seen[1].realm}")
        require(seen[0].principal == seen[1].principal, "two connections gave different principals")
        require(seen[0].grants == seen[1].grants, "two connections gave different grants: every sync would be braked")

    def test_every_call_is_reported(self, provider_under_test: Any, context: WatchedContext) -> None:
        provider_under_test.check()
        require(context.calls > 0, "check() did not announce its calls by before_call")
        require(
            context.finished == context.calls, f"{context.calls} calls began, {context.finished} were reported over"
        )

    def test_every_socket_is_dialled(self, connect: Connect, context: WatchedContext) -> None:
        with context.watching():
            provider = connect(context)
            provider.check()
            for region in provider.regions() if isinstance(provider, InventoryReader) else ():
                for kind in sorted(region.kinds)[:2]:
                    next(iter(provider.collect(kind, region)), None)
            for source in provider.price_sources() if isinstance(provider, PriceReader) else ():
                next(iter(provider.prices(source, source.regions[:1])), None)
            provider.close()
        require(not context.unguarded, f"sockets were opened past the context to {context.unguarded[:5]}")

    def test_wrong_credentials_fail_to_sign_in(self, wrong_credentials: Connect | str, context: WatchedContext) -> None:
        if isinstance(wrong_credentials, str):
            pytest.skip(wrong_credentials)
        provider = wrong_credentials(context)
        must_raise(AuthenticationFailed, "check() with wrong credentials", provider.check)
        provider.close()

    def test_wrong_credentials_read_nothing(self, wrong_credentials: Connect | str, context: WatchedContext) -> None:
        if isinstance(wrong_credentials, str):
            pytest.skip(wrong_credentials)
        provider = wrong_credentials(context)

        def read_all() -> None:
            if not isinstance(provider, InventoryReader):
                for source in provider.price_sources():
                    list(provider.prices(source, source.regions[:1]))
                return
            for region in provider.regions():
                for kind in sorted(region.kinds):
                    list(provider.collect(kind, region))

        must_raise(AuthenticationFailed, "reading with wrong credentials", read_all)
        provider.close()

    def test_protocols_and_capabilities_agree(self, provider_under_test: Any, descriptor: ProviderDescriptor) -> None:
        protocols: Mapping[Capability, type[Any]] = {
            Capability.INVENTORY: InventoryReader,
            Capability.CHANGE_FEED: ChangeFeed,
            Capability.ACTIONS: Actor,
            Capability.PRICES: PriceReader,
            Capability.METRICS: MetricsReader,
            Capability.IMAGE_EXPORT: ImageExport,
            Capability.IMAGE_IMPORT: ImageImport,
        }
        for capability, protocol in protocols.items():
            has, says = isinstance(provider_under_test, protocol), capability in descriptor.capabilities
            require(
                has == says, f"{capability.value}: the class {'has' if has else 'lacks'} it, the descriptor differs"
            )

    def test_secrets_do_not_come_back(self, provider_under_test: Any, form: ConnectionForm) -> None:
        identity = repr(provider_under_test.check())
        shown = identity + repr(provider_under_test) + repr(form)
        for secret in form.secret_values():
            require(len(secret) < _SHORT or secret not in shown, "a secret stands in the identity or a repr")
