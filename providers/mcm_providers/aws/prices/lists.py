"""Reads AWS's offer files: for each offer the index of its regions, then that of one region, as CSV, line by line.

https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-the-aws-price-list-bulk-api-fetching-price-list-files-manually.html
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from mcm.contract import CallContext, InvalidRequest, PricePoint, PriceSource, UnexpectedResponse
from mcm_providers._transport.json_line import JsonLine
from mcm_providers._transport.refusals import by_status, patiently
from mcm_providers.aws.partitions import Partition
from mcm_providers.aws.prices.points import Line, Reading
from mcm_providers.aws.settings import AwsSettings

# Where each partition publishes, under which name, and in which currency. The others have no list of their own.
_PUBLISHED = {
    "aws": ("https://pricing.us-east-1.amazonaws.com", "aws", "USD"),
    "aws-us-gov": ("https://pricing.us-east-1.amazonaws.com", "aws", "USD"),
    "aws-cn": ("https://pricing.cn-northwest-1.amazonaws.com.cn", "cn", "CNY"),
}
# The first is what a region cannot be without.
_OFFERS = ("AmazonEC2", "AWSDataTransfer", "AmazonVPC", "AWSELB")
_NEEDED = {
    "SKU", "OfferTermCode", "TermType", "EffectiveDate", "StartingRange", "Unit", "PricePerUnit", "Currency",
    "Product Family",
}  # fmt: skip
_OF_COMPUTE = {
    "LeaseContractLength", "PurchaseOption", "OfferingClass", "Instance Type", "vCPU", "Memory", "Tenancy",
    "Operating System", "License Model", "Location Type", "Physical Processor",
}  # fmt: skip
_VERSION = re.compile(r"/offers/v1\.0/(?:aws|cn)/\w{1,60}/\d{8,20}/[a-z0-9-]{1,60}/index\.json")
_PREAMBLE = ("FormatVersion", "Disclaimer", "Publication Date", "Version", "OfferCode")


class PriceLists:
    def __init__(self, context: CallContext, settings: AwsSettings, partition: Partition) -> None:
        self._settings, self._partition = settings, partition
        self._line = JsonLine(context, "pricing")
        self.left_out: Counter[str] = Counter()

    def sources(self) -> Sequence[PriceSource]:
        """None for what answers in AWS's place (an emulator), unless it has a list too."""
        known = _PUBLISHED.get(self._partition.name)
        if known is None or (self._settings.endpoint_url and not self._settings.price_list_url):
            return []
        regions = self._settings.regions or tuple(
            sorted(region for region in self._partition.region_names if not region.endswith("-global"))
        )
        return [PriceSource(f"AWS Price List ({self._partition.name})", known[2], regions)]

    def points(self, source: PriceSource, regions: Sequence[str]) -> Iterator[PricePoint]:
        self.left_out.clear()
        if strange := [region for region in regions if region not in source.regions]:
            raise InvalidRequest(f"'{strange[0][:60]}' is not a region of this account")
        indexes = {offer: self._index(offer) for offer in _OFFERS}
        for region in regions:
            reading = Reading(region, source.currency, self.left_out)
            for offer in _OFFERS:
                found = indexes[offer].get(region)
                if found is None and offer == _OFFERS[0]:
                    raise InvalidRequest(f"AWS's price list does not know the region '{region}'")
                for line in self._lines(offer, region, found) if found else ():
                    if (point := reading.take(line)) is not None:
                        yield point
            yield from reading.rest()

    def close(self) -> None:
        self._line.close()

    @property
    def _base(self) -> tuple[str, str]:
        address, name, _ = _PUBLISHED[self._partition.name]
        return self._settings.price_list_url or address, name

    def _index(self, offer: str) -> dict[str, str]:
        """Path of the list by region."""
        base, name = self._base
        doing = f"the regions of {offer}"
        url = f"{base}/offers/v1.0/{name}/{offer}/current/region_index.json"
        document: Any = patiently(lambda: self._document(url, doing))
        regions = document.get("regions") if isinstance(document, dict) else None
        if not isinstance(regions, dict):
            raise UnexpectedResponse(f"{doing}: the answer is no index")
        found = {}
        for region, told in regions.items():
            path = told.get("currentVersionUrl") if isinstance(told, dict) else None
            if not isinstance(path, str) or not _VERSION.fullmatch(path):
                raise UnexpectedResponse(f"{doing}: an entry names no list")
            found[str(region)] = path
        return found

    def _document(self, url: str, doing: str) -> Any:
        answer = self._line.get(url, doing=doing)
        if answer.status >= 400:
            raise by_status(answer, doing)
        return answer.document

    def _lines(self, offer: str, region: str, path: str) -> Iterator[Line]:
        doing = f"{offer} in {region}"
        url = self._base[0] + path.removesuffix("json") + "csv"
        rows = csv.reader(self._line.lines(url, doing=doing, refused=by_status), strict=True)
        try:
            for name in _PREAMBLE:
                row = next(rows, None)
                if not row or row[0] != name or (name == "OfferCode" and row[1:] != [offer]):
                    raise UnexpectedResponse(f"{doing}: the file is no price list of {offer}")
            header = next(rows, [])
            needed = _NEEDED | (_OF_COMPUTE if offer == _OFFERS[0] else set())
            if missing := sorted(needed - set(header)):
                raise UnexpectedResponse(f"{doing}: the price list has no column {missing[0]}")
            for row in rows:
                if len(row) != len(header):
                    raise UnexpectedResponse(f"{doing}: a line has {len(row)} fields of {len(header)}")
                yield dict(zip(header, row, strict=True))
        except csv.Error as error:
            raise UnexpectedResponse(f"{doing}: the file is no CSV") from error
