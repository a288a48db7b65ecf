"""The session with one vCenter or ESXi host: signs in at the first call, and again when the server has ended it."""

import contextlib

from mcm.contract import CallContext, ConnectionForm, InvalidRequest, TlsSettings
from mcm_providers.vmware.client import Service, sign_in
from mcm_providers.vmware.errors import is_session_end
from mcm_providers.vmware.faults import SoapFault
from mcm_providers.vmware.soap import Element, Soap, operation
from mcm_providers.vmware.transport import Transport

_LOGOUT_SECONDS = 5.0


class Session:
    def __init__(self, form: ConnectionForm, context: CallContext) -> None:
        self.context = context
        self._username, self._password = form.secret("username"), form.secret("password")
        host, port = form.text("host").strip("[]"), form.integer("port", 443)
        if not host or not self._username or not self._password:
            raise InvalidRequest("'host', 'username' and 'password' are required")
        if not 0 < port < 65536:
            raise InvalidRequest(f"'port' must be between 1 and 65535, not {port}")
        tls = TlsSettings(
            verify=context.tls.verify and form.boolean("verify_tls", True),
            ca_file=form.text("ca_file") or context.tls.ca_file,
        )
        self.transport = Transport(context, host, port, tls)
        self._soap = Soap(self.transport)
        self._service: Service | None = None

    @property
    def where(self) -> str:
        return self.transport.where

    @property
    def service(self) -> Service:
        """Signs in when there is no session."""
        if self._service is None:
            self._service = self._sign_in()
        return self._service

    @property
    def key(self) -> str:
        """The current session's key, "" when there is none."""
        return self._service.session_key if self._service else ""

    @property
    def username(self) -> str:
        return self._username

    @property
    def basic_credentials(self) -> str:
        return f"{self._username}:{self._password}"

    @property
    def soap(self) -> Soap:
        """Signed in. Its calls are not repeated when the session has ended: for what lives in the session."""
        _ = self.service
        return self._soap

    def call(self, body: str) -> Element:
        """A call whose body names nothing that lives in the session: signs in again and repeats it once if need be."""
        fresh = self._service is None
        try:
            return self.soap.call(body)
        except SoapFault as fault:
            if fresh or not is_session_end(fault):
                raise
        self.forget()
        return self.soap.call(body)

    def forget(self) -> None:
        """The session has ended at the server; the next call signs in."""
        self._service, self._soap.cookie = None, ""

    def close(self) -> None:
        """Ends the session at the server, within seconds and whatever happens: it would count against the limit of
        sessions for half an hour. Also after the deadline, if a connection is still open."""
        service, self._service = self._service, None
        try:
            if service is not None:
                with contextlib.suppress(Exception):
                    self._sign_out(service)
        finally:
            self._soap.cookie = ""
            self.transport.close()

    def may_part(self) -> tuple[bool, bool]:
        """For the last calls of a connection: whether one can be made, and whether the governor is to be asked. Past
        the deadline it would refuse, but what is signed out over an open connection is not left behind."""
        self.transport.hurry(_LOGOUT_SECONDS)
        governed = self.context.remaining() > 0
        return governed or self.transport.has_kept, governed

    def _sign_out(self, service: Service) -> None:
        possible, governed = self.may_part()
        if possible:
            self._soap.call(operation("Logout", service.session_manager), governed=governed)

    def _sign_in(self) -> Service:
        service, cookie = sign_in(self.transport, self._username, self._password)
        self._soap.cookie, self._soap.api_version = cookie, service.api_version
        return service
