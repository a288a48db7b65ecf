"""EC2 instances. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html"""

from collections.abc import Iterable, Iterator, Sequence

from mcm.contract import Relation, RelationType, Resource, ResourceKind
from mcm.contract.resources import InstanceAttributes
from mcm.contract.states import InstanceState
from mcm_providers.aws import states
from mcm_providers.aws.documents import Document
from mcm_providers.aws.resources.common import moment, named, short, tags_of, without
from mcm_providers.aws.resources.listing import Listing, Scope

_BILLING = {
    "spot": "spot",
    "scheduled": "reserved",
    "capacity-block": "reserved",
    "interruptible-capacity-reservation": "spot",
}
_LINUX = "Linux/UNIX"


def _instances(reservations: Iterable[Document]) -> Iterable[Document]:
    for reservation in reservations:
        yield from reservation.get("Instances") or ()


def _prepare(records: Sequence[Document], scope: Scope) -> None:
    region, lookups = scope.region, scope.lookups
    lookups.instance_types(region, {record.get("InstanceType", "") for record in records})
    lookups.image_names(region, {record.get("ImageId", "") for record in records})
    lookups.keypair_ids(region, {record.get("KeyName", "") for record in records})


def translate(document: Document, scope: Scope) -> Resource:
    region = scope.region
    flavor = document.get("InstanceType") or None
    image = document.get("ImageId") or None
    key_name = document.get("KeyName")
    facts = scope.lookups.instance_types(region, ()).get(flavor) if flavor else None
    native_state = (document.get("State") or {}).get("Name", "")
    zone = (document.get("Placement") or {}).get("AvailabilityZone") or None
    cpu = document.get("CpuOptions")
    vcpus = cpu["CoreCount"] * cpu["ThreadsPerCore"] if cpu else facts.vcpus if facts else None
    interfaces = document.get("NetworkInterfaces") or ()
    tags = tags_of(document)
    native_id = document["InstanceId"]
    details = document.get("PlatformDetails") or ""
    launched = document.get("LaunchTime")
    keypair = scope.lookups.keypair_ids(region, ()).get(key_name) if key_name else None
    private_ips, public_ips, macs = _addresses(document, interfaces)
    return Resource(
        kind=ResourceKind.INSTANCE,
        native_id=native_id,
        name=named(tags, native_id),
        region=region,
        zone=zone,
        state=_state(document, native_state),
        native_state=native_state,
        task_state=states.INSTANCE_TASK.get(native_state),
        tags=tags,
        created_at=moment(_created(document, interfaces)),
        relations=_relations(document, interfaces, flavor, image, keypair, zone, region),
        attributes=InstanceAttributes(
            vcpus=vcpus,
            memory_mib=facts.memory_mib if facts else None,
            gpu_count=facts.gpu_count if facts else None,
            gpu_model=facts.gpu_model if facts else None,
            architecture=document.get("Architecture") or None,
            # The instance's own "hypervisor" says xen for Nitro too; only its type knows.
            virtualization=facts.virtualization if facts else None,
            os_family="windows" if document.get("Platform") else "linux" if details else None,
            os_name=short(details) if details and details != _LINUX else None,
            hostname=document.get("PrivateDnsName") or None,
            private_ips=private_ips,
            public_ips=public_ips,
            macs=macs,
            flavor=flavor,
            image=scope.lookups.image_names(region, ()).get(image) if image else None,
            host=(document.get("Placement") or {}).get("HostId") or None,
            billing_mode=_BILLING.get(document.get("InstanceLifecycle") or "", "on_demand"),
            # Stopping ends the price of the machine; its volumes and addresses go on.
            stop_billing="stops",
            launched_at=moment(launched),
        ),
        native=_native(document),
    )


def _state(document: Document, native_state: str) -> str:
    """A hibernated instance is a stopped one to EC2; only the reason tells that its memory waits on its root volume."""
    if native_state == "stopped" and (document.get("StateReason") or {}).get("Code") == states.HIBERNATED:
        return InstanceState.SUSPENDED
    return states.INSTANCE.get(native_state, InstanceState.UNKNOWN)


def _native(document: Document) -> Document:
    """HttpTokens (whether version 2 of the metadata service is required) is no token, but is named like one and would
    be taken out with the secrets."""
    options = document.get("MetadataOptions")
    if options and "HttpTokens" in options:
        options["ImdsV2"] = options.pop("HttpTokens")
    return without(document, "ClientToken")


def _created(document: Document, interfaces: Sequence[Document]) -> str | None:
    """EC2 does not tell when an instance was made: LaunchTime is that of its last start. Its root volume and its first
    network interface were attached when it was made, unless they were replaced, so the earliest of the three is the
    best that can be known. (All are UTC in one format, so text compares as time.)"""
    times = [document.get("LaunchTime")]
    root = document.get("RootDeviceName")
    for mapping in document.get("BlockDeviceMappings") or ():
        if mapping.get("DeviceName") == root:
            times.append((mapping.get("Ebs") or {}).get("AttachTime"))
    for interface in interfaces:
        attachment = interface.get("Attachment") or {}
        if attachment.get("DeviceIndex") == 0:
            times.append(attachment.get("AttachTime"))
    return min((time for time in times if time), default=None)


def _addresses(document: Document, interfaces: Sequence[Document]) -> tuple[list[str], list[str], list[str]]:
    """Private (with the interfaces' own IPv6), public, and MAC addresses."""
    private: list[str] = []
    public: list[str] = []
    macs: list[str] = []
    for interface in interfaces:
        if mac := interface.get("MacAddress"):
            macs.append(mac)
        for address in interface.get("PrivateIpAddresses") or ():
            if own := address.get("PrivateIpAddress"):
                private.append(own)
            if outside := (address.get("Association") or {}).get("PublicIp"):
                public.append(outside)
        private.extend(a["Ipv6Address"] for a in interface.get("Ipv6Addresses") or () if a.get("Ipv6Address"))
    if not private and document.get("PrivateIpAddress"):
        private.append(document["PrivateIpAddress"])
    if not public and document.get("PublicIpAddress"):
        public.append(document["PublicIpAddress"])
    return private, public, macs


def _relations(
    document: Document,
    interfaces: Sequence[Document],
    flavor: str | None,
    image: str | None,
    keypair: str | None,
    zone: str | None,
    region: str,
) -> list[Relation]:
    """Volumes and interfaces carry their own relation to the instance."""
    found: dict[Relation, None] = {}
    if image:
        found[Relation(RelationType.USES, ResourceKind.IMAGE, image)] = None
    if flavor:
        found[Relation(RelationType.USES, ResourceKind.FLAVOR, flavor, region)] = None
    if keypair:
        found[Relation(RelationType.USES, ResourceKind.KEYPAIR, keypair)] = None
    if zone:
        found[Relation(RelationType.PART_OF, ResourceKind.ZONE, zone)] = None
    for place in (document, *interfaces):
        if network := place.get("VpcId"):
            found[Relation(RelationType.CONNECTED_TO, ResourceKind.NETWORK, network)] = None
        if subnet := place.get("SubnetId"):
            found[Relation(RelationType.CONNECTED_TO, ResourceKind.SUBNET, subnet)] = None
    for group in _groups(document, interfaces):
        found[Relation(RelationType.PROTECTED_BY, ResourceKind.SECURITY_GROUP, group)] = None
    return list(found)


def _groups(document: Document, interfaces: Sequence[Document]) -> Iterator[str]:
    for place in interfaces or (document,):
        for group in place.get("Groups" if place is not document else "SecurityGroups") or ():
            if group.get("GroupId"):
                yield group["GroupId"]


LISTING = Listing(
    service="ec2",
    operation="DescribeInstances",
    members="Reservations",
    identity="InstanceId",
    translate=translate,
    # Up to 1,000 are allowed. 500 is as fast as any, and half the memory of 1,000.
    page_size=500,
    id_filter="instance-id",
    unfold=_instances,
    prepare=_prepare,
)
