"""What people wrote on an object: custom attributes and vSphere tags, both shown as tags."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mcm_providers.vmware.content import dig, items, nested, short
from mcm_providers.vmware.property_collector import filter_spec, retrieve
from mcm_providers.vmware.session import Session


@dataclass(slots=True)
class Labels:
    """attributes: name of each custom attribute by its key. tags: by managed object, category → tag."""

    attributes: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def of(self, value: str, custom_values: Sequence[Mapping[str, str]] | None) -> dict[str, str]:
        """`value`: the managed object's. Where an attribute and a category have one name, the tag is "name (tag)"."""
        found: dict[str, str] = {}
        for custom in custom_values or ():
            name = self.attributes.get(custom.get("key", ""))
            text = custom.get("value")
            if name and text:
                found[name] = short(text)
        for category, tag in self.tags.get(value, {}).items():
            found[f"{category} (tag)" if category in found else category] = tag
        return found


def attribute_names(session: Session) -> dict[str, str]:
    """Custom attributes are defined once for the whole vCenter; a host alone has none."""
    manager = session.service.custom_fields
    if manager is None:
        return {}
    names: dict[str, str] = {}
    for content in retrieve(session, filter_spec("specSet", {manager[0]: ["field"]}, [manager]), nested):
        for definition in items(content.properties.get("field")):
            key, name = dig(definition, "key"), short(dig(definition, "name"))
            if key and name:
                names[key] = name
    return names
