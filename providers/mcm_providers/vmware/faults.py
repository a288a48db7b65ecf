"""A SOAP fault as data, before anybody decides what it means."""

from collections.abc import Mapping


class SoapFault(Exception):
    """`name` is the fault's vSphere type ("InvalidLogin"); `details` its plain fields ("privilegeId": …)."""

    def __init__(self, name: str, message: str, details: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.name, self.message, self.details = name, message, dict(details or {})
