"""The AWS provider: dispatches to the tables, and lets nothing but ProviderError out."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Self

from botocore.utils import is_valid_endpoint_url, is_valid_ipv6_endpoint_url

from mcm.contract import (
    GLOBAL_REGION,
    AccountIdentity,
    AuthenticationFailed,
    CallContext,
    ConnectionForm,
    InvalidRequest,
    NotSupported,
    PricePoint,
    PriceSource,
    Region,
    Resource,
    ResourceKind,
    ResourceRef,
    Sample,
)
from mcm.contract.actions import Order, Outlook, Receipt, Step
from mcm_providers.aws import metrics
from mcm_providers.aws.action_table import SUPPORT
from mcm_providers.aws.actions.desk import Deed, Desk
from mcm_providers.aws.actions.table import DEEDS
from mcm_providers.aws.client import Clients
from mcm_providers.aws.documents import read_answer
from mcm_providers.aws.errors import translated, translated_iterator
from mcm_providers.aws.kinds import GLOBAL, REGIONAL
from mcm_providers.aws.lookups import Lookups
from mcm_providers.aws.partitions import Partition, find_partition
from mcm_providers.aws.prices.lists import PriceLists
from mcm_providers.aws.regions import read_regions
from mcm_providers.aws.resources.listing import Scope
from mcm_providers.aws.settings import AwsSettings, read_settings


class AwsProvider:
    """One account's live connection. Clients are made when first needed: building it costs nothing."""

    def __init__(self, settings: AwsSettings, partition: Partition, context: CallContext) -> None:
        self._settings, self._partition, self._context = settings, partition, context
        self._clients = Clients(settings, context)
        self._lookups = Lookups(self._clients, context)
        self._prices = PriceLists(context, settings, partition)

    @classmethod
    @translated
    def connect(cls, form: ConnectionForm, context: CallContext) -> Self:
        settings = read_settings(form)
        if settings.endpoint_url:
            if not (is_valid_endpoint_url(settings.endpoint_url) or is_valid_ipv6_endpoint_url(settings.endpoint_url)):
                raise InvalidRequest(f"'{settings.endpoint_url}' is not an endpoint (such as https://aws.example:4566)")
            context.allow_url(settings.endpoint_url)
        if settings.price_list_url:
            context.allow_url(settings.price_list_url)
        return cls(settings, find_partition(settings.partition, settings.regions), context)

    @translated
    def check(self) -> AccountIdentity:
        """GetCallerIdentity needs no permission. Rights cannot be known cheaply, so `grants` stays empty."""
        region = self._partition.home_region
        answer = read_answer(self._clients.call("sts", region, "GetCallerIdentity"), "sts", "GetCallerIdentity")
        account = answer["Account"]
        # Account numbers are unique within a partition only.
        return AccountIdentity(
            realm=f"{self._partition.name}:{account}", principal=answer["Arn"], scope_name=str(account)
        )

    def close(self) -> None:
        self._clients.close()
        self._prices.close()

    @translated
    def regions(self) -> Sequence[Region]:
        return list(read_regions(self._clients, self._settings, self._partition))

    @translated_iterator
    def collect(self, kind: ResourceKind, region: Region) -> Iterator[Resource]:
        if kind in region.absent:
            raise NotSupported(f"{kind} cannot be read in {region.native_id}", reason=region.absent[kind].code)
        return self._read(kind, region.native_id, None)

    @translated
    def observe(self, refs: Sequence[ResourceRef]) -> Mapping[ResourceRef, Resource | None]:
        """One question for up to 200 resources of a kind in a region. Where AWS has no filter that lets missing ones
        pass (load balancers, databases, buckets: short lists), the whole list is the answer."""
        groups: dict[tuple[ResourceKind, str], list[ResourceRef]] = {}
        for ref in refs:
            groups.setdefault((ref.kind, ref.region or ref.native_scope), []).append(ref)
        found: dict[ResourceRef, Resource | None] = dict.fromkeys(refs)
        for (kind, region), wanted in groups.items():
            native_ids = list(dict.fromkeys(ref.native_id for ref in wanted))
            listed = {resource.native_id: resource for resource in self._read(kind, region, native_ids)}
            found.update((ref, listed.get(ref.native_id)) for ref in wanted)
        return found

    @translated
    def price_sources(self) -> Sequence[PriceSource]:
        return self._prices.sources()

    @translated_iterator
    def prices(self, source: PriceSource, regions: Sequence[str]) -> Iterator[PricePoint]:
        return self._prices.points(source, regions)

    def left_out(self) -> Mapping[str, int]:
        return dict(self._prices.left_out)

    @translated_iterator
    def metrics(self, refs: Sequence[ResourceRef], since: datetime, until: datetime) -> Iterator[Sample]:
        asked: dict[str, list[ResourceRef]] = {}
        for ref in refs:
            if ref.kind is ResourceKind.INSTANCE:
                asked.setdefault(ref.region or ref.native_scope, []).append(ref)
        return self._measured(asked, since, until)

    @translated
    def steps(self, order: Order) -> Sequence[Step]:
        return _deed(order).steps(order)

    @translated
    def send(self, order: Order) -> Receipt:
        with self._desk(order) as desk:
            return _deed(order).send(desk, order)

    @translated
    def look(self, order: Order) -> Outlook:
        with self._desk(order) as desk:
            return _deed(order).look(desk, order)

    def _measured(
        self, asked: Mapping[str, Sequence[ResourceRef]], since: datetime, until: datetime
    ) -> Iterator[Sample]:
        for region, refs in asked.items():
            with self._scope(self._known(region)):
                yield from metrics.samples(self._clients, self._context, region, refs, since, until)

    def _read(self, kind: ResourceKind, region: str, native_ids: Sequence[str] | None) -> Iterator[Resource]:
        listings = (GLOBAL if region == GLOBAL_REGION else REGIONAL).get(kind)
        if listings is None:
            raise NotSupported(f"mcm does not read {kind} in {region or 'no region'} of AWS", reason="kind_not_read")
        asked = self._partition.home_region if region == GLOBAL_REGION else self._known(region)
        with self._scope(asked) as scope:
            for listing in listings:
                yield from listing.read(scope, native_ids)

    @contextmanager
    def _desk(self, order: Order) -> Iterator[Desk]:
        region = order.region if order.target is None else order.target.region
        with self._scope(self._known(region)) as scope:
            yield Desk(scope)

    @contextmanager
    def _scope(self, region: str) -> Iterator[Scope]:
        self._lookups.forget_keypairs(region)
        try:
            yield Scope(self._clients, self._context, region, self._lookups)
        except AuthenticationFailed as error:
            self._check_elsewhere(region, error)
            raise

    def _known(self, region: str) -> str:
        """An emulator answers for any region, and would make the resources of a wrong one look deleted."""
        if region in self._settings.regions or (not self._settings.regions and self._partition.has(region)):
            return region
        raise InvalidRequest(f"'{region}' is not a region of this account")

    @property
    def _one_place(self) -> bool:
        """Whether one address answers for all regions."""
        return bool(self._settings.endpoint_url)

    def _check_elsewhere(self, region: str, error: AuthenticationFailed) -> None:
        """A region that the account has not enabled refuses valid credentials as if they were wrong; without asking at
        home the whole account would be stopped for it."""
        if region == self._partition.home_region or self._one_place:
            return
        self.check()
        raise NotSupported(
            f"{region} refuses credentials that are valid elsewhere: the account has not enabled this region",
            reason="region_not_enabled",
        ) from error


def _deed(order: Order) -> Deed:
    found = DEEDS.get(order.action)
    if found is None:
        raise NotSupported(f"AWS cannot do {order.action}", reason=SUPPORT[order.action].absent)
    return found
