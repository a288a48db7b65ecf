"""Asks a service once which microversions it speaks, and chooses the newest one that both sides know.

A service that cannot be asked is an error, not "version unknown": with an old version the same instance looks
different, and every one of them would seem to have changed.
https://docs.openstack.org/api-guide/compute/microversions.html
"""

import re
from urllib.parse import urlsplit

from mcm.contract import PermissionDenied, ResourceNotFound, UnexpectedResponse
from mcm_providers.openstack.client import Client, Endpoint
from mcm_providers.openstack.documents import Document, mappings, text

# The newest that this adapter was tested with. Newer ones may change what a document means.
NEWEST = {"compute": (2, 100), "block-storage": (3, 71)}
_VERSION = re.compile(r"^v?(\d{1,3})\.(\d{1,5})$")
_PATH = re.compile(r"^(?P<root>.*/v\d+(?:\.\d+)?)(?:/[^/]+)?$")


def negotiated(client: Client, endpoint: Endpoint) -> Endpoint:
    """The endpoint with its microversion; unchanged for services that have none."""
    if endpoint.service not in NEWEST:
        return endpoint
    root, url = _document_of(endpoint)
    try:
        document = client.get(Endpoint(endpoint.service, endpoint.region, root), "/", microversion="").document
    except (ResourceNotFound, PermissionDenied):
        # Hidden by a gateway, which every service still answers in its oldest version.
        return endpoint
    versions = [document["version"]] if isinstance(document.get("version"), dict) else _versions(document)
    if not versions:
        raise UnexpectedResponse(f"{endpoint.service} in {endpoint.region} does not say which versions it speaks")
    major = NEWEST[endpoint.service][0]
    ours = [found for version in versions if (found := _range(version)) and found[1][0] == major]
    newest = min(max((high for _, high in ours), default=(0, 0)), NEWEST[endpoint.service])
    if newest[0] != major:
        return Endpoint(endpoint.service, endpoint.region, url)
    lowest = min(low for low, _ in ours)
    if newest < lowest:
        newest = lowest
    return Endpoint(endpoint.service, endpoint.region, url, f"{newest[0]}.{newest[1]}")


def at_most(microversion: str, limit: tuple[int, int]) -> str:
    """`microversion`, or `limit` where that is older: for calls whose answer lost something later."""
    return f"{limit[0]}.{limit[1]}" if at_least(microversion, limit) else microversion


def at_least(microversion: str, wanted: tuple[int, int]) -> bool:
    found = _VERSION.match(microversion)
    return bool(found) and (int(found[1]), int(found[2])) >= wanted  # type: ignore[index]


def _document_of(endpoint: Endpoint) -> tuple[str, str]:
    """(where the version document is, the URL to use): .../v3/<project id> has its document at .../v3/."""
    parts = urlsplit(endpoint.url)
    found = _PATH.match(parts.path)
    if found:
        return parts._replace(path=found["root"]).geturl(), endpoint.url
    # An unversioned URL: the document there lists all versions.
    newest = {"compute": "v2.1", "block-storage": "v3"}[endpoint.service]
    return endpoint.url, f"{endpoint.url}/{newest}"


def _versions(document: Document) -> list[Document]:
    versions = document.get("versions")
    return mappings(versions.get("values") if isinstance(versions, dict) else versions)


def _range(version: Document) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """The lowest and highest microversion of one major version; None for one without any."""
    high = _VERSION.match(text(version.get("max_version")) or text(version.get("version")) or "")
    low = _VERSION.match(text(version.get("min_version")) or "")
    if high is None:
        return None
    top = (int(high[1]), int(high[2]))
    return ((int(low[1]), int(low[2])) if low else top), top
