"""S3 buckets. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html"""

from collections.abc import Sequence

from mcm.contract import GLOBAL_REGION, NotSupported, PermissionDenied, Resource, ResourceKind, ResourceNotFound
from mcm.contract.resources import BucketAttributes
from mcm.contract.states import CommonState
from mcm_providers.aws.documents import Document, read_answer, read_text
from mcm_providers.aws.resources.common import moment, tags_of
from mcm_providers.aws.resources.listing import Listing, Scope

# What S3 calls the first two regions here: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
_OLD_NAMES = {"": "us-east-1", "EU": "eu-west-1"}


def _prepare(records: Sequence[Document], scope: Scope) -> None:
    """One request for each bucket: S3 lists no tags. A bucket whose policy refuses keeps its tags unknown."""
    for record in records:
        region = record.get("BucketRegion") or _located(record, scope)
        try:
            body = scope.clients.call("s3", region, "GetBucketTagging", {"Bucket": record["Name"]})
            record["Tags"] = read_answer(body, "s3", "GetBucketTagging").get("TagSet") or []
        except ResourceNotFound:
            # NoSuchTagSet, or NoSuchBucket when it was deleted meanwhile.
            record["Tags"] = []
        except PermissionDenied:
            continue
        scope.context.check()


def _located(record: Document, scope: Scope) -> str:
    """AWS lists each bucket's region; what only speaks its protocol may have to be asked."""
    try:
        body = scope.clients.call("s3", scope.region, "GetBucketLocation", {"Bucket": record["Name"]})
    except (PermissionDenied, ResourceNotFound, NotSupported):
        return scope.region
    location = read_text(body, "s3", "GetBucketLocation")
    region = _OLD_NAMES.get(location, location)
    record["BucketRegion"] = region
    return region


def translate(document: Document, _: Scope) -> Resource:
    """All buckets are listed at once, whatever their region: they live in "global" and say where they are."""
    name = document["Name"]
    return Resource(
        kind=ResourceKind.BUCKET,
        native_id=name,
        name=name,
        region=GLOBAL_REGION,
        state=CommonState.AVAILABLE,
        native_state="",
        tags=tags_of(document) if "Tags" in document else None,
        created_at=moment(document.get("CreationDate")),
        attributes=BucketAttributes(location=document.get("BucketRegion") or None),
        native=document,
    )


LISTING = Listing(
    service="s3",
    operation="ListBuckets",
    members="Buckets",
    identity="Name",
    translate=translate,
    page_size=1000,
    prepare=_prepare,
)
