"""The adapter against moto's server: a whole estate, its changes, and what breaks between the two."""

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import botocore.parsers
import pytest
from botocore.config import Config

from mcm.contract import (
    AuthenticationFailed,
    PermissionDenied,
    ProviderError,
    RateLimited,
    Region,
    Relation,
    RelationType,
    Resource,
    ResourceKind,
    UnexpectedResponse,
    Unreachable,
)
from mcm.contract.conformance.context import PlainContext
from mcm_providers.aws.adapter import AwsProvider
from mcm_providers.aws.client import Clients, operation_model
from mcm_providers.aws.descriptor import DESCRIPTOR
from mcm_providers.aws.documents import read_page
from mcm_providers.aws.kinds import LISTINGS
from tests.harness import proxy as faults
from tests.harness.moto import MotoServer, SmallEstate, seed_small

MAIN, STANDBY = "eu-central-1", "eu-west-1"
K = ResourceKind


@pytest.fixture(scope="module")
def estate(moto_server: MotoServer) -> SmallEstate:
    return seed_small(moto_server.endpoint_url, regions=(MAIN, STANDBY))


@pytest.fixture(scope="module")
def aws(moto_server: MotoServer) -> Callable[..., Any]:
    """Makes a boto3 client, to change the cloud behind the adapter's back."""

    def make(service: str, region: str = MAIN) -> Any:
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=moto_server.endpoint_url,
            aws_access_key_id="x",
            aws_secret_access_key="x",
            config=Config(proxies={}),
        )

    return make


def connect(endpoint_url: str, context: PlainContext | None = None) -> AwsProvider:
    form = DESCRIPTOR.connection.validated(
        {"endpoint_url": endpoint_url, "regions": [MAIN, STANDBY]},
        {"access_key_id": "AKIATESTED", "secret_access_key": "tested-and-secret"},
    )
    return AwsProvider.connect(form, context or PlainContext())


@pytest.fixture(scope="module")
def provider(moto_server: MotoServer, estate: SmallEstate) -> AwsProvider:
    return connect(moto_server.endpoint_url, PlainContext(seconds=240))


@pytest.fixture(scope="module")
def regions(provider: AwsProvider) -> dict[str, Region]:
    return {region.native_id: region for region in provider.regions()}


Read = Callable[..., dict[str, Resource]]


@pytest.fixture(scope="module")
def read(provider: AwsProvider, regions: dict[str, Region]) -> Read:
    def by_id(kind: ResourceKind, region: str = MAIN) -> dict[str, Resource]:
        return {one.native_id: one for one in provider.collect(kind, regions[region])}

    return by_id


def test_each_region_has_its_own(read: Read, estate: SmallEstate) -> None:
    for name, made in estate.regions.items():
        found = read(K.INSTANCE, name)
        assert {one.name: one.native_id for one in found.values()} == made.instances
        assert {one.native_id for one in found.values() if one.state == "stopped"} == set(made.stopped)
        assert {one.region for one in found.values()} == {name}


def test_an_instance_is_described_by_what_surrounds_it(read: Read, estate: SmallEstate) -> None:
    made = estate.regions[MAIN]
    search = read(K.INSTANCE)[made.instances["shop-search-01"]]
    assert search.tags == {"Name": "shop-search-01", "env": "production", "tier": "data", "application": "shop"}
    attributes: Any = search.attributes
    assert (attributes.flavor, attributes.vcpus, attributes.memory_mib) == ("r5.xlarge", 4, 32768)
    assert attributes.virtualization == "nitro"
    assert attributes.image.startswith("amzn2-ami-hvm-2.0")
    assert attributes.private_ips[0].startswith("10.20.")
    (keypair,) = read(K.KEYPAIR).values()
    assert Relation(RelationType.USES, K.KEYPAIR, keypair.native_id) in search.relations
    assert Relation(RelationType.USES, K.FLAVOR, "r5.xlarge", MAIN) in search.relations
    data = read(K.VOLUME)[made.volumes[0]]
    assert Relation(RelationType.ATTACHED_TO, K.INSTANCE, search.native_id) in data.relations
    assert data.attributes.encrypted is True  # type: ignore[attr-defined]
    bastion: Any = read(K.INSTANCE)[made.instances["bastion-01"]].attributes
    assert bastion.public_ips == [made.public_ip]


def test_every_relation_leads_to_something(read: Read) -> None:
    """But for images of Amazon's, which are in no account's own list, and regions, which mcm knows by itself."""
    kinds = set(DESCRIPTOR.kinds) - {K.BUCKET}
    found = {kind: read(kind) for kind in kinds}
    known = {(kind, one.native_scope, one.native_id) for kind, ones in found.items() for one in ones.values()}
    lost = {
        (relation.kind, relation.native_id)
        for kind in kinds - {K.SNAPSHOT}
        for one in found[kind].values()
        for relation in one.relations
        if (relation.kind, relation.native_scope, relation.native_id) not in known
    }
    assert {kind for kind, _ in lost} <= {K.IMAGE, K.REGION, K.SNAPSHOT}


def test_security_groups_balancers_databases_and_buckets(read: Read, estate: SmallEstate) -> None:
    made = estate.regions[MAIN]
    web: Any = read(K.SECURITY_GROUP)[made.security_groups["web"]].attributes
    ingress = {(rule.port_min, rule.peer) for rule in web.rules if rule.direction == "ingress"}
    assert ingress == {(22, "10.20.0.0/16"), (80, "0.0.0.0/0"), (443, "0.0.0.0/0")}
    balancer = read(K.LOAD_BALANCER)[made.load_balancer]
    assert (balancer.name, balancer.tags) == ("shop-web", {"env": "production"})
    (database,) = read(K.DATABASE).values()
    assert (database.name, database.locator, database.tags) == ("shop-orders", "shop-orders", {"env": "production"})
    buckets = read(K.BUCKET, "global")
    assert set(buckets) == set(estate.buckets)
    assert {one.attributes.location for one in buckets.values()} == {MAIN}  # type: ignore[attr-defined]
    assert buckets[estate.buckets[0]].tags == {"env": "production", "application": "shop"}


def test_classic_load_balancers_are_listed_beside_the_others(
    read: Read, estate: SmallEstate, aws: Callable[..., Any]
) -> None:
    listener = {"Protocol": "HTTP", "LoadBalancerPort": 80, "InstanceProtocol": "HTTP", "InstancePort": 80}
    elb = aws("elb")
    elb.create_load_balancer(
        LoadBalancerName="old-shop",
        Listeners=[listener],
        AvailabilityZones=[f"{MAIN}a"],
        Tags=[{"Key": "env", "Value": "legacy"}],
    )
    found = read(K.LOAD_BALANCER)
    (classic,) = [one for one in found.values() if one.native_kind == "classic"]
    assert (classic.name, classic.tags) == ("old-shop", {"env": "legacy"})
    assert estate.regions[MAIN].load_balancer in found
    elb.delete_load_balancer(LoadBalancerName="old-shop")
    assert classic.native_id not in read(K.LOAD_BALANCER)


def test_what_happens_to_an_instance_is_seen(
    provider: AwsProvider, read: Read, estate: SmallEstate, aws: Callable[..., Any]
) -> None:
    ec2 = aws("ec2", STANDBY)
    native_id = estate.regions[STANDBY].instances["shop-web-dr-01"]
    ref = read(K.INSTANCE, STANDBY)[native_id].ref

    def observed() -> Resource | None:
        return provider.observe([ref])[ref]

    ec2.stop_instances(InstanceIds=[native_id])
    stopped = observed()
    assert stopped is not None
    assert stopped.state == "stopped"
    ec2.start_instances(InstanceIds=[native_id])
    started = observed()
    assert started is not None
    assert started.state == "running"
    ec2.terminate_instances(InstanceIds=[native_id])
    gone = observed()
    assert gone is not None, "EC2 lists it for about an hour more"
    assert (gone.state, gone.native_state) == ("terminated", "terminated")


def test_what_is_deleted_is_confirmed_as_gone(provider: AwsProvider, read: Read, aws: Callable[..., Any]) -> None:
    ec2 = aws("ec2", STANDBY)
    volume = ec2.create_volume(AvailabilityZone=f"{STANDBY}a", Size=1)["VolumeId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    refs = [read(K.VOLUME, STANDBY)[volume].ref, read(K.PUBLIC_IP, STANDBY)[address].ref]
    assert None not in provider.observe(refs).values()
    ec2.delete_volume(VolumeId=volume)
    ec2.release_address(AllocationId=address)
    assert set(provider.observe(refs).values()) == {None}


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "=cmd|'/c calc'!A1", "名字 — ünï", "a\nb", "../../etc", "' OR 1=1 --", " "]
)
def test_odd_names_come_back_as_they_are(
    provider: AwsProvider, read: Read, estate: SmallEstate, aws: Callable[..., Any], name: str
) -> None:
    native_id = estate.regions[MAIN].instances["shop-cache-01"]
    aws("ec2").create_tags(Resources=[native_id], Tags=[{"Key": "Odd", "Value": name}])
    tags = read(K.INSTANCE)[native_id].tags
    assert tags is not None
    assert tags["Odd"] == name


def test_moto_s_bytes_read_fast_equal_botocores_reading(
    provider: AwsProvider, regions: dict[str, Region], monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies: dict[tuple[str, str], bytes] = {}
    original = Clients.call

    def recording(self: Clients, service: str, region: str, operation: str, params: Any = None) -> bytes:
        body = original(self, service, region, operation, params)
        bodies[service, operation] = body
        return body

    monkeypatch.setattr(Clients, "call", recording)
    factory = botocore.parsers.ResponseParserFactory()
    factory.set_parser_defaults(timestamp_parser=lambda text: text)
    for kind, listings in LISTINGS.items():
        list(provider.collect(kind, regions["global" if kind is K.BUCKET else MAIN]))
        for listing in listings:
            model = operation_model(listing.service, listing.operation)
            parser = factory.create_parser(model.service_model.resolved_protocol)
            body = bodies[listing.service, listing.operation]
            theirs = parser.parse({"body": body, "headers": {}, "status_code": 200}, model.output_shape)
            del theirs["ResponseMetadata"]
            page = read_page(body, listing.service, listing.operation, listing.members)
            assert {listing.members: list(page.records), **page.rest} == theirs, listing.operation


@pytest.fixture
def faulty(moto_server: MotoServer, estate: SmallEstate) -> Iterator[faults.FaultProxy]:
    with faults.FaultProxy(moto_server.endpoint_url) as running:
        yield running


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.CutBody(), UnexpectedResponse),
        (faults.CutBody(honest=False), UnexpectedResponse),
        (faults.ResetMidBody(), Unreachable),
        (faults.Html(), UnexpectedResponse),
        (faults.Html(code=403), UnexpectedResponse),
        (faults.Html(code=502), Unreachable),
        (faults.Garbage(), UnexpectedResponse),
        (faults.Garbage(http=False), Unreachable),
        (faults.Refuse(), Unreachable),
        (faults.DropAnswer(), Unreachable),
        (faults.Status(500), Unreachable),
        (faults.Status(503), Unreachable),
        (faults.Throttled(retry_after_s=3), RateLimited),
        (faults.Throttled(retry_after_s=3, as_date=True, code=503), RateLimited),
        (faults.PermissionDenied(), PermissionDenied),
        (faults.Status(401, error_code="AuthFailure"), AuthenticationFailed),
        (faults.bad_utf8_name(), UnexpectedResponse),
        (faults.huge_name(), UnexpectedResponse),
    ],
    ids=repr,
)
def test_faults_on_the_way(
    faulty: faults.FaultProxy, regions: dict[str, Region], fault: Any, error: type[ProviderError]
) -> None:
    provider = connect(faulty.url)
    faulty.rule(faults.by_action("DescribeInstances"), fault, times=1)
    with pytest.raises(error):
        list(provider.collect(K.INSTANCE, regions[MAIN]))
    assert len(list(provider.collect(K.INSTANCE, regions[MAIN]))) == 9, "the same connection works again"


def test_a_drip_ends_with_the_deadline(faulty: faults.FaultProxy, regions: dict[str, Region]) -> None:
    """No single read ever times out; only the deadline ends it."""
    context = PlainContext(seconds=60)
    provider = connect(faulty.url, context)
    list(provider.collect(K.INSTANCE, regions[MAIN]))
    faulty.rule(faults.by_action("DescribeInstances"), faults.Drip(pause_s=0.05), times=1)
    context.arm(1.0)
    with pytest.raises(Unreachable):
        list(provider.collect(K.INSTANCE, regions[MAIN]))


def test_a_name_with_control_characters_is_kept(faulty: faults.FaultProxy, regions: dict[str, Region]) -> None:
    faulty.rule(faults.by_action("DescribeInstances"), faults.control_character_name(), times=1)
    names = [one.name for one in connect(faulty.url).collect(K.INSTANCE, regions[MAIN])]
    assert "web-\u202egnp.exe-\u009b31m-\u2028end" in names


def test_a_name_of_a_megabyte_is_cut(faulty: faults.FaultProxy, regions: dict[str, Region]) -> None:
    faulty.rule(faults.by_action("DescribeInstances"), faults.huge_name(1024 * 1024), times=1)
    assert max(len(one.name) for one in connect(faulty.url).collect(K.INSTANCE, regions[MAIN])) == 1024
