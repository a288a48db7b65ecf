"""Tries an account's credentials and says, in an answer for people, what came of it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mcm.accounts.schemas import CheckAnswer
from mcm.contract import AccountIdentity, ProviderError
from mcm.gateway import AccountAccess
from mcm.gateway.gateway import only_provider_errors

if TYPE_CHECKING:
    from mcm.edge.runtime import Runtime

CHECK_SECONDS = 60.0


@dataclass
class Checked:
    answer: CheckAnswer
    identity: AccountIdentity | None = None
    error: ProviderError | None = None

    def raise_failed(self) -> None:
        if self.error is not None:
            raise self.error


def checked(runtime: "Runtime", access: AccountAccess, realm: str | None = None) -> Checked:
    """Reaches the cloud; no transaction may be open. `realm`: the one the account is known to lead to."""
    try:
        with only_provider_errors(access.name), runtime.gateway.lease(access, CHECK_SECONDS) as lease:
            identity = lease.provider.check()
    except ProviderError as error:
        return Checked(CheckAnswer(ok=False, error_code=error.code, error_message=error.message), error=error)
    answer = CheckAnswer(
        ok=True,
        realm=identity.realm,
        principal=identity.principal,
        scope_name=identity.scope_name,
        cloud_version=identity.version,
        missing_permissions=list(identity.missing),
    )
    if realm and identity.realm != realm:
        answer.ok = False
        answer.error_code = "other_cloud"
        answer.error_message = f"the account now leads to another cloud: {identity.realm} instead of {realm}"
    return Checked(answer, identity)
