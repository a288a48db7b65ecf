"""An operation's row ↔ what an adapter is given: references, parameters with their secrets, the order of one step."""

from typing import Any

import orjson
from pydantic import SecretStr, ValidationError

from mcm.contract import ResourceKind, ResourceRef
from mcm.contract.actions import ACTIONS, Order, Params
from mcm.models import Operation
from mcm.operations.errors import InvalidParams
from mcm.vault import Vault


def place(operation_id: str) -> str:
    """What an operation's sealed parameters are bound to."""
    return f"operation/{operation_id}/sealed"


def validated(action: str, given: dict[str, Any]) -> Params:
    """Raises InvalidParams that names the parameter, what is wrong and what is known."""
    model = ACTIONS[action].params
    try:
        return model.model_validate(given)
    except ValidationError as error:
        said = []
        for one in error.errors(include_url=False, include_context=False, include_input=False):
            where = ".".join(str(part) for part in one["loc"]) or "params"
            said.append(f"{where}: {one['msg'][:1].lower()}{one['msg'][1:]}")
        known = ", ".join(model.model_fields) or "none"
        raise InvalidParams(
            f"{action}: {'; '.join(said[:5])}",
            next_step=f"its parameters are: {known}",
            details={"params": sorted({str(one["loc"][0]) for one in error.errors() if one["loc"]})},
        ) from error


def split(params: Params) -> tuple[dict[str, Any], dict[str, str]]:
    """(what may be stored and shown, what must be sealed)."""
    secret = {
        name: value.get_secret_value()
        for name in type(params).model_fields
        if isinstance(value := getattr(params, name), SecretStr)
    }
    return params.model_dump(mode="json", exclude=set(secret), exclude_none=True), secret


def seal(vault: Vault, operation_id: str, secret: dict[str, str]) -> bytes | None:
    return vault.seal(orjson.dumps(secret).decode(), place(operation_id)) if secret else None


def params_of(row: Operation, vault: Vault) -> Params:
    secret = orjson.loads(vault.open(row.sealed, place(row.id))) if row.sealed is not None else {}
    return ACTIONS[row.action].params.model_validate({**row.params, **secret})


def packed(ref: ResourceRef) -> dict[str, str]:
    return {**ref._asdict(), "kind": ref.kind.value}


def unpacked(stored: dict[str, str] | None) -> ResourceRef | None:
    if stored is None:
        return None
    rest = {name: stored[name] for name in ("native_id", "native_scope", "region", "locator")}
    return ResourceRef(ResourceKind(stored["kind"]), **rest)


def order_of(row: Operation, params: Params) -> Order:
    """For the step that is current."""
    name = row.steps[row.step]["name"] if row.step < len(row.steps) else ""
    return Order(row.action, unpacked(row.target), row.region, params, row.token, name, dict(row.facts))
