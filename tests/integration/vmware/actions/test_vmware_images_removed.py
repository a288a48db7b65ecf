"""The removal of images, at a simulator of its own: its views go on listing templates that are gone."""

from typing import Any

import pytest

from mcm.contract import InvalidRequest, ResourceNotFound, ResourceRef
from mcm_providers.vmware.adapter import VmwareProvider
from tests.harness.acting import act, ordered
from tests.integration.vmware.acting import machine_of
from tests.integration.vmware.operator import Operator, vim

pytestmark = pytest.mark.vcsim


def made(provider: VmwareProvider, ref: ResourceRef, name: str) -> tuple[ResourceRef, str]:
    order = ordered("instance.create_image", ref, name=name)
    outlook = act(provider, order)
    assert outlook.made is not None
    return outlook.made, order.token


def copied(operator: Operator, ref: ResourceRef, token: str) -> Any:
    """By hand, as vSphere copies settings along."""
    machine = operator.clone(machine_of(operator, ref), f"copy with {token}")
    mark = vim.option.OptionValue(key="mcm.op", value=token)
    operator.do(machine.ReconfigVM_Task(vim.vm.ConfigSpec(extraConfig=[mark])))
    return machine


def test_the_image_that_carries_the_token_is_removed(
    provider: VmwareProvider, operator: Operator, ref: ResourceRef
) -> None:
    other, other_token = made(provider, ref, "to stay")
    image, token = made(provider, ref, "to be removed")
    instance = copied(operator, ref, token)
    provider.remove_image(ref.region, "mcm-of-nothing")
    provider.remove_image(ref.region, "")
    assert machine_of(operator, image) is not None

    provider.remove_image(ref.region, token)
    assert machine_of(operator, image) is None
    assert provider.observe([image])[image] is None
    assert None not in [machine_of(operator, one) for one in (other, ref)]
    # What carries it and is no template is no image.
    assert instance.config.template is False
    provider.remove_image(ref.region, token)
    with pytest.raises(ResourceNotFound):
        provider.image_file(image)

    copied(operator, ref, other_token).MarkAsTemplate()
    with pytest.raises(InvalidRequest, match="2 templates"):
        provider.remove_image(ref.region, other_token)
    assert machine_of(operator, other) is not None
