"""From text to a workload: every finding with its line and column. Pure."""

import re
from dataclasses import replace

from mcm.kit import documents
from mcm.kit.documents import Document, DocumentError, Finding
from mcm.workloads.documents import PARTS, Workload
from mcm.workloads.errors import InvalidDocument

_SHOWN = 5
_LARGE = 100
_OF_TIER = re.compile(r"(?:tier|two tiers are called) '([^']+)'")


def found_in(text: str) -> tuple[Workload | None, list[Finding]]:
    """The workload, or None and why it is none; warnings come beside a workload too."""
    try:
        document = documents.read(text)
    except DocumentError as error:
        return None, error.findings
    if not isinstance(document.data, dict):
        return None, [document.finding((), "a workload is a mapping with at least apiVersion, kind, name and tiers")]
    kind = document.data.get("kind")
    if kind is not None and kind != "Workload":
        hint = documents.close(str(kind), ["Workload"]) or "kind: Workload"
        return None, [document.finding(("kind",), f"this is a '{kind}', and no workload", suggestion=hint)]
    flat, twice = _flat(document)
    if twice:
        return None, twice
    workload, findings = documents.check(flat, Workload)
    if workload is None:
        return None, [_placed(flat, one) for one in findings]
    return workload, _doubts(flat, workload)


def parsed(text: str) -> Workload:
    """Raises InvalidDocument, whose details hold the findings."""
    workload, findings = found_in(text)
    if workload is None:
        raise InvalidDocument(
            "; ".join(map(str, findings[:_SHOWN])),
            next_step="`mcm workload lint -f FILE` shows every line of it",
            details={"findings": [told(one) for one in findings]},
        )
    return workload


def told(finding: Finding) -> dict[str, object]:
    return {
        "line": finding.line, "column": finding.column, "path": finding.path, "message": finding.message,
        "suggestion": finding.suggestion, "severity": finding.severity,
    }  # fmt: skip


def _flat(document: Document) -> tuple[Document, list[Finding]]:
    """The document with what is under `metadata` and `spec` one level up, with the places of both."""
    data, twice = dict(document.data), []
    flat = Document(data, dict(document.places), dict(document.keys))
    for part in PARTS:
        inside = data.get(part)
        if not isinstance(inside, dict):
            continue
        for name in inside:
            if name in data and name != part:
                message = f"'{name}' comes twice: here and at the top"
                twice.append(document.finding((part, name), message, key=True))
        del data[part]
        data |= inside
        for places in (flat.places, flat.keys):
            places.update(
                {path[1:]: place for path, place in list(places.items()) if path[0:1] == (part,) and path[1:]}
            )
    return flat, twice


def _placed(document: Document, finding: Finding) -> Finding:
    """What is wrong between tiers is told of the document as a whole: at the last tier of the name that it says."""
    said = _OF_TIER.search(finding.message)
    tiers = document.data.get("tiers")
    if finding.path or said is None or not isinstance(tiers, list):
        return finding
    named = [index for index, one in enumerate(tiers) if isinstance(one, dict) and one.get("name") == said[1]]
    if not named:
        return finding
    line, column = document.where(("tiers", named[-1]))
    return replace(finding, line=line, column=column, path=f"tiers[{named[-1]}]")


def _doubts(document: Document, workload: Workload) -> list[Finding]:
    found = []
    for index, tier in enumerate(workload.tiers):
        place = ("tiers", index)
        if tier.memory_gib > _LARGE * tier.vcpus:
            message = f"{tier.memory_gib} GiB for {tier.vcpus} vCPU: memory is in GiB, not in MiB"
            found.append(document.finding((*place, "memory_gib"), message, severity="warning"))
        if "host" in tier.spread and tier.count == 1:
            message = f"tier '{tier.name}' has one instance: there is nothing to spread"
            found.append(document.finding((*place, "spread"), message, severity="warning"))
        if tier.gpu_model and not tier.gpus:
            message = f"tier '{tier.name}' names a GPU and asks for none"
            found.append(document.finding((*place, "gpu_model"), message, severity="warning", suggestion="gpus: 1"))
    if workload.data_class == "unclassified":
        message = "the class of its data is not said: policies may refuse it"
        hint = "data_class: public, internal, confidential or restricted"
        found.append(replace(document.finding(("data_class",), message, severity="warning"), suggestion=hint))
    return found
