"""A provider that lies, registered beside the real ones: its listings come as the test scripts them.

It is worse than any adapter may be: pages vanish, come twice or end too early and the listing still claims to be
complete. Only `observe` tells the truth, or raises.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from typing import Self

from mcm.contract import (
    AccountIdentity,
    CallContext,
    ChangeBatch,
    ConnectionField,
    ConnectionForm,
    ConnectionSchema,
    KindSupport,
    ProviderDescriptor,
    Region,
    Resource,
    ResourceKind,
    ResourceRef,
    Text,
    Unreachable,
)
from mcm.contract.resources import InstanceAttributes
from mcm.registry import GROUP, Registry

KIND = ResourceKind.INSTANCE
REGION = "r1"
PAGE = 4


@dataclass
class Script:
    """One read. drop, repeat: page numbers. end: pages after which the listing ends as if complete. fail: the page
    before which `error` is raised. observe_fails: from its so-manieth batch on. feed: through the feed, which calls
    `removed` (positions in the sorted ids) gone as well."""

    drop: frozenset[int] = frozenset()
    repeat: frozenset[int] = frozenset()
    end: int | None = None
    fail: int | None = None
    error: Exception = field(default_factory=lambda: Unreachable("scripted"))
    observe_fails: bool = False
    feed: bool = False
    removed: frozenset[int] = frozenset()


@dataclass
class Cloud:
    """content: native id to version. answered, denied: what `observe` said since the read began."""

    content: dict[str, int] = field(default_factory=dict)
    grants: str = "all"
    blind: bool = False
    script: Script = field(default_factory=Script)
    touched: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    denied: set[str] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    def add(self) -> str:
        native_id = f"i-{next(self._numbers):05}"
        self.change(native_id)
        return native_id

    def change(self, native_id: str) -> None:
        self.content[native_id] = self.content.get(native_id, 0) + 1
        self.touched.add(native_id)

    def remove(self, native_id: str) -> None:
        del self.content[native_id]
        self.touched.add(native_id)

    def begin(self, script: Script) -> None:
        self.script, self.answered, self.denied = script, set(), set()

    def resource(self, native_id: str) -> Resource:
        version = self.content[native_id]
        return Resource(
            kind=KIND,
            native_id=native_id,
            name=f"{native_id}-v{version}",
            region=REGION,
            state="running",
            native_state="ACTIVE",
            attributes=InstanceAttributes(vcpus=version),
            tags={"v": str(version)},
        )

    def listed(self) -> list[str]:
        """What the scripted listing names, in order."""
        return [native_id for page in self.pages() for native_id in page]

    def pages(self) -> Iterator[list[str]]:
        ids = [] if self.blind else sorted(self.content)
        for number, start in enumerate(range(0, len(ids), PAGE)):
            if self.script.end is not None and number >= self.script.end:
                return
            if number in self.script.drop:
                continue
            page = ids[start : start + PAGE]
            yield page
            if number in self.script.repeat:
                yield page


clouds: dict[str, Cloud] = {}


class LyingProvider:
    durable = True

    def __init__(self, cloud: Cloud, context: CallContext) -> None:
        self._cloud, self._context = cloud, context

    @classmethod
    def connect(cls, form: ConnectionForm, context: CallContext) -> Self:
        return cls(clouds[form.text("cloud")], context)

    def check(self) -> AccountIdentity:
        ident = next(name for name, cloud in clouds.items() if cloud is self._cloud)
        return AccountIdentity(realm=f"lying:{ident}", principal="tester", grants=self._cloud.grants)

    def close(self) -> None:
        """Nothing is held open."""

    def regions(self) -> Sequence[Region]:
        return [Region(REGION, REGION, frozenset({KIND}))]

    def collect(self, kind: ResourceKind, region: Region) -> Iterator[Resource]:
        script = self._cloud.script
        number = -1
        for number, page in enumerate(self._cloud.pages()):
            if script.fail == number:
                raise script.error
            self._context.before_call("lying")
            self._context.after_call(status=200, received=1)
            yield from (self._cloud.resource(native_id) for native_id in page)
        if script.fail is not None and script.fail > number:
            raise script.error

    def observe(self, refs: Sequence[ResourceRef]) -> Mapping[ResourceRef, Resource | None]:
        if self._cloud.script.observe_fails:
            raise Unreachable("scripted")
        found: dict[ResourceRef, Resource | None] = {}
        for ref in refs:
            there = ref.native_id in self._cloud.content and not self._cloud.blind
            found[ref] = self._cloud.resource(ref.native_id) if there else None
            (self._cloud.answered if there else self._cloud.denied).add(ref.native_id)
        return found

    def open_feed(self, kind: ResourceKind, region: Region) -> str:
        self._cloud.touched.clear()
        return "cursor"

    def changes(self, kind: ResourceKind, region: Region, cursor: str) -> ChangeBatch:
        script, cloud = self._cloud.script, self._cloud
        if script.fail is not None:
            raise script.error
        ids = sorted(cloud.content)
        lies = {ids[position] for position in script.removed if position < len(ids)}
        gone = {native_id for native_id in cloud.touched if native_id not in cloud.content} | lies
        changed = [cloud.resource(native_id) for native_id in sorted(cloud.touched - gone)]
        cloud.touched.clear()
        refs = [ResourceRef(KIND, native_id, "", REGION) for native_id in sorted(gone)]
        return ChangeBatch(changed, refs, "cursor")


DESCRIPTOR = ProviderDescriptor(
    name="lying",
    title=Text(en="A cloud that lies", zh="说谎的云"),
    adapter="tests.baddays.disappearance.cloud:LyingProvider",
    connection=ConnectionSchema(fields=(ConnectionField(key="cloud", title="Cloud", title_zh="云"),)),
    kinds={KIND: KindSupport(feed=True)},
)


def register(registry: Registry) -> None:
    """As if an entry point named it."""
    point = EntryPoint("lying", "tests.baddays.disappearance.cloud:DESCRIPTOR", GROUP)
    registry.__dict__["_points"] = {**registry._points, "lying": point}
