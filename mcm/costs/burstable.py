"""Which families give the whole of a vCPU for some time only. By the names that clouds give such families."""

import re

# Families t2 … t9 and ecs.t5, ecs.t6; the B series; shared-core and micro sizes. A price list that says `burstable` in
# the name of the family is believed.
_NAMES = re.compile(
    r"""(?:^|[._\s-])t\d+[a-z]*(?:$|[._\s-])
        |^(?:standard_)?b(?:\d|s|as|ps|ls|ats|pts)*(?:_?v\d+)?$
        |^standard_b\d
        |(?:^|[._\s-])(?:micro|nano)(?:$|[._\s-])
        |^(?:f1|g1)-
        |burstable|shared[\s_-]?core""",
    re.IGNORECASE | re.VERBOSE,
)


def is_burstable(family: str | None, sku: str) -> bool:
    return any(_NAMES.search(name) for name in (family, sku) if name)
