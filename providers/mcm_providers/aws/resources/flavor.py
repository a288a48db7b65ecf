"""Instance types. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceTypeInfo.html"""

from mcm.contract import Resource, ResourceKind
from mcm.contract.resources import FlavorAttributes
from mcm.contract.states import CommonState
from mcm_providers.aws.documents import Document
from mcm_providers.aws.flavor_facts import flavor_facts
from mcm_providers.aws.resources.listing import Listing, Scope


def translate(document: Document, scope: Scope) -> Resource:
    """Every region has its own m5.large: the region is part of the identity."""
    name = document["InstanceType"]
    facts = flavor_facts(document)
    return Resource(
        kind=ResourceKind.FLAVOR,
        native_id=name,
        native_scope=scope.region,
        name=name,
        region=scope.region,
        state=CommonState.AVAILABLE,
        native_state="",
        attributes=FlavorAttributes(
            vcpus=facts.vcpus,
            memory_mib=facts.memory_mib,
            local_disk_gib=facts.local_disk_gib,
            gpu_count=facts.gpu_count,
            gpu_model=facts.gpu_model,
            architecture=facts.architecture,
            family=name.partition(".")[0] or None,
            visibility="public",
        ),
        native=document,
    )


LISTING = Listing(
    service="ec2",
    operation="DescribeInstanceTypes",
    members="InstanceTypes",
    identity="InstanceType",
    translate=translate,
    page_size=100,
    id_filter="instance-type",
)
