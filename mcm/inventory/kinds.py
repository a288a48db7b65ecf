"""The plural under which each kind has a route of its own; `other` has none."""

from mcm.contract import ResourceKind

PLURALS = {str(kind): f"{kind}s" for kind in ResourceKind if kind is not ResourceKind.OTHER}
