"""Load balancers, databases, buckets."""

from mcm.contract import RelationType, Resource
from mcm.contract import ResourceKind as K
from mcm.contract.resources import BucketAttributes, DatabaseAttributes, LoadBalancerAttributes
from mcm_providers.simulated.cloud.shape import Document
from mcm_providers.simulated.resources.envelope import Place, envelope, number, whole


def load_balancer(place: Place, document: Document) -> Resource:
    attributes = LoadBalancerAttributes(
        type=document.get("type"),
        scheme=document.get("scheme"),
        dns_name=document.get("dns_name"),
        addresses=document.get("addresses"),
        zones=document.get("zones"),
    )
    relations = []
    if document.get("network"):
        relations.append(place.to(RelationType.CONNECTED_TO, K.NETWORK, document["network"]))
    return envelope(place, K.LOAD_BALANCER, document, attributes, relations)


def database(place: Place, document: Document) -> Resource:
    attributes = DatabaseAttributes(
        engine=document.get("engine"),
        engine_version=document.get("version"),
        flavor=document.get("class"),
        size_gib=number(document.get("size_gib")),
        multi_zone=document.get("multi_zone"),
        endpoint=document.get("endpoint"),
        port=whole(document.get("port")),
        encrypted=document.get("encrypted"),
        public=document.get("public"),
        deletion_protection=document.get("protected"),
    )
    return envelope(place, K.DATABASE, document, attributes)


def bucket(place: Place, document: Document) -> Resource:
    attributes = BucketAttributes(
        size_gib=number(document.get("size_gib")),
        objects=whole(document.get("objects")),
        public=document.get("public"),
        versioning=document.get("versioning"),
        encrypted=document.get("encrypted"),
    )
    return envelope(place, K.BUCKET, document, attributes)
