"""The table of fields knows the envelope and every attribute of the contract, with its type."""

from dataclasses import fields

import pytest

from mcm.contract.resources import ATTRIBUTES
from mcm.filters import FIELDS, FieldType, Source
from mcm.filters.checking import find_field
from mcm.filters.fields import ADDRESS_ATTRIBUTES
from mcm.models import ResourceRow


@pytest.mark.parametrize("shape", ATTRIBUTES.values(), ids=lambda shape: shape.__name__)
def test_every_attribute_can_be_asked_for(shape: type) -> None:
    for item in fields(shape):
        found = find_field(f"attributes.{item.name}")
        assert found is not None, item.name
        assert found[0].column == item.name
        assert found[0].source in (Source.ATTRIBUTE, Source.MAP)


def test_columns_exist() -> None:
    known = set(ResourceRow.__table__.columns.keys())
    assert {field.column for field in FIELDS.values() if field.source is Source.COLUMN} <= known


@pytest.mark.parametrize(
    ("name", "type_", "many"),
    [
        ("vcpus", FieldType.NUMBER, False),
        ("size_gib", FieldType.NUMBER, False),
        ("private_ips", FieldType.TEXT, True),
        ("encrypted", FieldType.BOOLEAN, False),
        ("launched_at", FieldType.TIME, False),
        ("rules.port_min", FieldType.NUMBER, True),
        ("attachments.delete_on_termination", FieldType.BOOLEAN, True),
        ("attachments", FieldType.OBJECTS, True),
        ("absent", FieldType.MAP, False),
    ],
)
def test_types_come_from_the_dataclass(name: str, type_: FieldType, many: bool) -> None:
    assert (FIELDS[name].type, FIELDS[name].many) == (type_, many)


def test_a_name_of_the_envelope_wins() -> None:
    assert FIELDS["owner"].source is Source.COLUMN
    assert FIELDS["attributes.owner"].source is Source.ATTRIBUTE
    assert find_field("address") == (FIELDS["ip"], None)
    assert find_field("attributes.address") == (FIELDS["attributes.address"], None)


def test_every_attribute_with_addresses_counts_as_ip() -> None:
    named = {item.name for shape in ATTRIBUTES.values() for item in fields(shape)}
    looks_so = {name for name in named if name.endswith(("ips", "address", "addresses"))}
    assert looks_so <= set(ADDRESS_ATTRIBUTES) <= named
