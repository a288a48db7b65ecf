"""The seam between mcm and its cloud adapters; standard library and pydantic only.

An adapter imports this package and nothing else of mcm. Read `provider.py` first: its docstrings are obligations,
and `mcm.contract.conformance` turns them into tests that every adapter passes.
"""

from mcm.contract.capabilities import Capability, Reason
from mcm.contract.connection import ConnectionField, ConnectionForm, ConnectionSchema
from mcm.contract.context import CallContext, ProxySettings, TlsSettings
from mcm.contract.descriptor import ActionSupport, Cadence, ImageSupport, KindSupport, ProviderDescriptor, Text
from mcm.contract.errors import (
    AuthenticationFailed,
    CapacityExceeded,
    FeedExpired,
    InvalidRequest,
    NotSupported,
    PermissionDenied,
    ProviderError,
    RateLimited,
    ResourceBusy,
    ResourceNotFound,
    UnexpectedResponse,
    Unreachable,
)
from mcm.contract.images import ImageExport, ImageFile, ImageImport, ImageSink, ImageSource
from mcm.contract.kinds import ResourceKind
from mcm.contract.metrics import Metric, MetricsReader, Sample
from mcm.contract.pricing import PricePoint, PriceReader, PriceSource
from mcm.contract.provider import (
    GLOBAL_REGION,
    AccountIdentity,
    ChangeBatch,
    ChangeFeed,
    InventoryReader,
    Provider,
    Region,
)
from mcm.contract.resources import Relation, RelationType, Resource, ResourceRef
from mcm.contract.states import InstanceState, VolumeState

__all__ = [
    "GLOBAL_REGION",
    "AccountIdentity",
    "ActionSupport",
    "AuthenticationFailed",
    "Cadence",
    "CallContext",
    "Capability",
    "CapacityExceeded",
    "ChangeBatch",
    "ChangeFeed",
    "ConnectionField",
    "ConnectionForm",
    "ConnectionSchema",
    "FeedExpired",
    "ImageExport",
    "ImageFile",
    "ImageImport",
    "ImageSink",
    "ImageSource",
    "ImageSupport",
    "InstanceState",
    "InvalidRequest",
    "InventoryReader",
    "KindSupport",
    "Metric",
    "MetricsReader",
    "NotSupported",
    "PermissionDenied",
    "PricePoint",
    "PriceReader",
    "PriceSource",
    "Provider",
    "ProviderDescriptor",
    "ProviderError",
    "ProxySettings",
    "RateLimited",
    "Reason",
    "Region",
    "Relation",
    "RelationType",
    "Resource",
    "ResourceBusy",
    "ResourceKind",
    "ResourceNotFound",
    "ResourceRef",
    "Sample",
    "Text",
    "TlsSettings",
    "UnexpectedResponse",
    "Unreachable",
    "VolumeState",
]
