"""Providers that break an obligation of acting."""

from collections.abc import Sequence
from typing import Any, ClassVar

import pytest

from mcm.contract import ActionSupport, ProviderDescriptor, Unreachable
from mcm.contract.actions import Order, Outlook, Receipt, Seen, Step
from mcm_providers.simulated.adapter import SimulatedProvider
from mcm_providers.simulated.descriptor import DESCRIPTOR
from tests.conformance.broken.control import Broken


class TestForgottenAction(Broken):
    must_fail = frozenset({"test_every_action_is_offered_or_has_its_sentence"})
    provider = SimulatedProvider
    changed: ClassVar[dict[str, ActionSupport]] = {"instance.stop": ActionSupport(absent="no_such_message")}

    @pytest.fixture(scope="class")
    @classmethod
    def descriptor(cls) -> ProviderDescriptor:
        return DESCRIPTOR.model_copy(update={"actions": {**DESCRIPTOR.actions, **cls.changed}})


class _ChangingSteps(SimulatedProvider):
    _asked = 0

    def steps(self, order: Order) -> Sequence[Step]:
        self._asked += 1
        return [one._replace(name=f"{one.name}-{self._asked}") for one in super().steps(order)]


class TestChangingSteps(Broken):
    must_fail = frozenset({"test_steps_are_stable_and_say_how_they_may_be_repeated"})
    provider = _ChangingSteps


class _SaysYes(SimulatedProvider):
    def send(self, order: Order) -> Receipt:
        return Receipt()


class TestSaysYes(Broken):
    must_fail = frozenset({"test_what_does_not_exist_is_refused_without_effect"})
    provider = _SaysYes


class _BlamesTheNetwork(SimulatedProvider):
    def send(self, order: Order) -> Any:
        raise Unreachable("something went wrong")


class TestBlamesTheNetwork(Broken):
    must_fail = frozenset({"test_what_does_not_exist_is_refused_without_effect"})
    provider = _BlamesTheNetwork


class _SeesEverything(SimulatedProvider):
    def look(self, order: Order) -> Outlook:
        return Outlook(Seen.DONE)


class TestSeesEverything(Broken):
    must_fail = frozenset({"test_what_was_never_sent_is_not_seen"})
    provider = _SeesEverything
