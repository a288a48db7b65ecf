"""Obligations of an adapter that acts: what it offers, its steps, and that nonsense has no effect.

Nothing here changes the cloud: what an action does is proven by the adapter's own tests against a real server.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from mcm.contract import (
    Capability,
    InvalidRequest,
    NotSupported,
    ProviderDescriptor,
    ProviderError,
    ResourceNotFound,
    ResourceRef,
)
from mcm.contract.actions import ACTIONS, Action, Effect, Order, Repeat, Seen
from mcm.contract.conformance.base import ConformanceFixtures, Inventory
from mcm.contract.conformance.checks import require, require_none
from mcm.contract.conformance.context import PlainContext
from mcm.contract.conformance.watched import invented_id

TOKEN = "mcm-" + "0" * 32
_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA nobody"
# Parameters that have the right shape and name nothing that exists.
SAMPLES: Mapping[str, dict[str, Any]] = {
    "instance.create": {"name": "mcm-conformance", "image": "no-image", "flavor": "no-flavor"},
    "instance.resize": {"flavor": "no-flavor", "vcpus": 2, "memory_mib": 2048},
    "instance.rename": {"name": "mcm-conformance"},
    "instance.set_tags": {"set": {"mcm": "conformance"}},
    "instance.snapshot": {"name": "mcm-conformance"},
    "instance.revert": {"snapshot": "no-snapshot"},
    "instance.create_image": {"name": "mcm-conformance"},
    "volume.create": {"name": "mcm-conformance", "size_gib": 1, "snapshot": "no-snapshot"},
    "volume.attach": {"instance": "no-instance"},
    "volume.extend": {"size_gib": 65_536},
    "volume.snapshot": {"name": "mcm-conformance"},
    "security_group.add_rule": {"port_from": 1, "port_to": 1, "cidr": "192.0.2.0/24"},
    "security_group.remove_rule": {"port_from": 1, "port_to": 1, "cidr": "192.0.2.0/24"},
    "public_ip.associate": {"instance": "no-instance"},
    "keypair.import": {"name": "mcm-conformance", "public_key": _KEY},
}


_NEEDED: Mapping[str, Any] = {"vcpus": 1, "memory_mib": 512, "networks": ["none-such"]}


class Acting(ConformanceFixtures):
    def test_every_action_is_offered_or_has_its_sentence(self, descriptor: ProviderDescriptor) -> None:
        if Capability.ACTIONS not in descriptor.capabilities:
            require(not descriptor.actions, "the descriptor has actions and not the capability")
            return
        require(set(descriptor.actions) == set(ACTIONS), f"actions differ: {set(ACTIONS) ^ set(descriptor.actions)}")
        problems = []
        for ident, support in descriptor.actions.items():
            fields = set(ACTIONS[ident].params.model_fields)
            if support.absent and support.absent not in descriptor.messages:
                problems.append(f"{ident}: no message '{support.absent}'")
            strange = {*support.needs, *support.ignores, *support.unlisted} - fields
            problems += [f"{ident}: '{name}' is none of its parameters" for name in sorted(strange)]
        require_none(problems, "descriptor.actions")

    def test_steps_are_stable_and_say_how_they_may_be_repeated(
        self, provider_under_test: Any, descriptor: ProviderDescriptor, context: PlainContext, inventory: Inventory
    ) -> None:
        problems = []
        for action, order in self._orders(descriptor, inventory):
            before = context.calls
            steps = list(provider_under_test.steps(order))
            if not steps or steps != list(provider_under_test.steps(order)):
                problems.append(f"{action.id}: {steps} the first time, others the second")
            if context.calls != before:
                problems.append(f"{action.id}: steps() spoke to the cloud")
            if len({step.name for step in steps}) != len(steps):
                problems.append(f"{action.id}: two steps of one name")
            if action.effect is Effect.DESTROYS and any(step.repeat is Repeat.TOKEN for step in steps):
                problems.append(f"{action.id}: what is destroyed knows no token")
        require_none(problems, "steps()")

    def test_what_does_not_exist_is_refused_without_effect(
        self, provider_under_test: Any, descriptor: ProviderDescriptor, inventory: Inventory
    ) -> None:
        problems = []
        for action, order in self._orders(descriptor, inventory):
            if order.target is None or action.effect is Effect.SHOWS:
                continue
            step = provider_under_test.steps(order)[0].name
            try:
                provider_under_test.send(self._at(order, step))
            except (ResourceNotFound, InvalidRequest, NotSupported):
                continue
            except ProviderError as error:
                problems.append(f"{action.id}: {type(error).__name__}: {error}")
            else:
                if action.effect is not Effect.DESTROYS:
                    problems.append(f"{action.id}: accepted for what does not exist")
        require_none(problems, "send() for what does not exist")

    def test_what_was_never_sent_is_not_seen(
        self, provider_under_test: Any, descriptor: ProviderDescriptor, inventory: Inventory
    ) -> None:
        problems = []
        for action, order in self._orders(descriptor, inventory):
            if action.makes is None:
                continue
            step = provider_under_test.steps(order)[0].name
            try:
                seen = provider_under_test.look(self._at(order, step)).seen
            except (ResourceNotFound, InvalidRequest, NotSupported):
                continue
            if seen not in (Seen.ABSENT, Seen.FAILED):
                problems.append(f"{action.id}: {seen}")
        require_none(problems, "look() for what was never sent")

    def _orders(self, descriptor: ProviderDescriptor, inventory: Inventory) -> Iterator[tuple[Action, Order]]:
        """One for each offered action, on an invented target of its kind."""
        if Capability.ACTIONS not in descriptor.capabilities:
            pytest.skip("this provider does not act")
        homes = {kind: region for region, kind in inventory.scopes}
        for ident, support in descriptor.actions.items():
            action = ACTIONS[ident]
            if support.absent or action.kind not in homes:
                continue
            given = {name: value for name, value in SAMPLES.get(ident, {}).items() if name not in support.ignores}
            for name in support.needs:
                given.setdefault(name, _NEEDED.get(name, "none-such"))
            region = homes[action.kind]
            yield action, Order(ident, self._target(action, region, inventory), region, action.params(**given), TOKEN)

    def _target(self, action: Action, region: str, inventory: Inventory) -> ResourceRef | None:
        if not action.targets:
            return None
        known = inventory.scopes[region, action.kind]
        like = known[0].native_id if known else "00000000-0000-4000-8000-000000000000"
        scope = known[0].native_scope if known else ""
        return ResourceRef(action.kind, invented_id(like, {one.native_id for one in known}), scope, region)

    def _at(self, order: Order, step: str) -> Order:
        return Order(order.action, order.target, order.region, order.params, order.token, step)
