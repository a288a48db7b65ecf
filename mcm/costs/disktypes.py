"""The class of a disk by the name that its cloud gives its type; ssd where the name tells nothing."""

import re

# Of a disk that is no volume: nobody says what it is made of.
LOCAL = "ssd"
_PREMIUM = re.compile(r"\bio\d|premium|ultra|nvme|extreme|essd|high[\s_-]?perf", re.IGNORECASE)
_HDD = re.compile(r"\bst1\b|\bsc1\b|hdd|magnetic|sata|\bcold|^standard$|spinning|nl-?sas", re.IGNORECASE)


def storage_class(name: str | None) -> str:
    if name and _PREMIUM.search(name):
        return "premium"
    return "hdd" if name and _HDD.search(name) else "ssd"
