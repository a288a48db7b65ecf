"""Files of datastores over HTTPS, as vCenter gives them out: `/folder`, with the session's cookie.

Only this server is asked. Where it sends somebody on to a host, that ends with an error: the host is none that the
account names, and the session is not for it.
https://developer.broadcom.com/xapis/vsphere-web-services-api/latest/vim.FileManager.html
"""

from collections.abc import Callable
from urllib.parse import quote, urlencode, urlsplit

from mcm.contract import NotSupported, PermissionDenied, ProviderError, RateLimited, UnexpectedResponse, Unreachable
from mcm_providers.vmware.disks import DiskFile, object_stored
from mcm_providers.vmware.session import Session
from mcm_providers.vmware.transport import Exchange

_WHOLE, _PART = 200, 206


def size_of(session: Session, datacenter: str, file: DiskFile) -> int:
    """datacenter: its path in the inventory."""
    exchange = _asked(session, "HEAD", datacenter, file, 0)
    try:
        told = exchange.header("Content-Length")
        if exchange.status != _WHOLE or not told.isdigit():
            raise UnexpectedResponse("vCenter does not say how large the disk's file is")
        # Nothing follows, and only what was read to its end leaves the connection of use.
        exchange.read(0)
        return int(told)
    finally:
        exchange.drop()


def read(
    session: Session,
    datacenter: str,
    file: DiskFile,
    start: int,
    begin: Callable[[int], None],
    write: Callable[[bytes], object],
) -> None:
    """From byte `start`, or from the first where the server takes no ranges. Raises where not all of it came."""
    exchange = _asked(session, "GET", datacenter, file, start)
    try:
        offset = start if exchange.status == _PART else 0
        _require_range(exchange, offset, file.size)
        begin(offset)
        received = offset
        for piece in exchange.chunks():
            received += len(piece)
            write(piece)
    finally:
        exchange.drop()
    if received != file.size:
        raise UnexpectedResponse(f"{received} bytes of the disk came, and it has {file.size}")


def _asked(session: Session, method: str, datacenter: str, file: DiskFile, start: int) -> Exchange:
    """Once more with a new session, if the one there was has ended at the server."""
    fresh = not session.key
    exchange = _send(session, method, datacenter, file, start)
    if exchange.status == 401 and not fresh:
        exchange.drop()
        session.forget()
        exchange = _send(session, method, datacenter, file, start)
    if exchange.status in (_WHOLE, _PART if start else _WHOLE):
        return exchange
    exchange.drop()
    raise _refusal(session, exchange)


def _send(session: Session, method: str, datacenter: str, file: DiskFile, start: int) -> Exchange:
    named = urlencode({"dcPath": datacenter, "dsName": file.datastore}, quote_via=quote)
    headers = {"Cookie": session.soap.cookie, "User-Agent": "mcm", "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    return session.transport.send(method, f"/folder/{quote(file.path)}?{named}", None, headers, service="folder")


def _require_range(exchange: Exchange, offset: int, size: int) -> None:
    """What is written somewhere else than where it belongs would be a damaged disk of the right size."""
    if exchange.status == _PART and exchange.header("Content-Range") != f"bytes {offset}-{size - 1}/{size}":
        raise UnexpectedResponse("vCenter sends another part of the disk's file than the one it was asked for")
    told = exchange.header("Content-Length")
    if told.isdigit() and int(told) != size - offset:
        raise UnexpectedResponse(f"the disk's file has {int(told) + offset} bytes, and the disk {size}")


def _refusal(session: Session, exchange: Exchange) -> ProviderError:
    status, code = exchange.status, str(exchange.status)
    if status in (301, 302, 303, 307, 308):
        # The host alone: the rest may hold a ticket.
        host = urlsplit(exchange.header("Location")).hostname or "another host"
        return NotSupported(
            f"{session.where} gives the disk's file out at {host} only, and mcm takes its session nowhere else: let "
            "vCenter pass files through itself, or export the disk by hand",
            reason="disk_elsewhere",
        )
    if status in (401, 403):
        return PermissionDenied(
            "the user may not read files of the datastore: it needs the privileges Datastore.Browse and "
            "Datastore.FileManagement there",
            permission="Datastore.FileManagement",
            native_code=code,
        )
    if status == 404:
        return object_stored()
    if status == 429 or (status == 503 and exchange.retry_after is not None):
        return RateLimited("vCenter asks to slow down", retry_after=exchange.retry_after, native_code=code)
    if status >= 500:
        return Unreachable(f"vCenter answers with HTTP status {status} to the download of a disk", native_code=code)
    return UnexpectedResponse(f"HTTP status {status} at /folder of vCenter", native_code=code)
