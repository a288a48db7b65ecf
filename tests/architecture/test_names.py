"""Nothing under mcm/ names a cloud or an SDK; adapters do."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.layout import MCM, shown, sources

# Words, not parts of words: "laws" and "bucket" name nobody.
_CLOUDS = {
    "openstack", "openstacksdk", "keystone", "keystoneauth", "nova", "cinder", "neutron", "glance", "swift", "octavia",
    "vmware", "vsphere", "vcenter", "esx", "pyvmomi", "vcsim", "nsx",
    "aws", "amazon", "ec2", "boto", "boto3", "botocore", "moto",
    "azure", "gcp", "alibaba", "aliyun", "tencent", "huawei", "oracle", "digitalocean",
    "libcloud", "cloudstack", "zstack", "proxmox", "libvirt", "kubernetes",
}  # fmt: skip
_WORD = re.compile(r"[a-z0-9]+")
_ALLOWED = {
    ("mcm/cli/logs.py", "botocore"): "the name of a library's logger, to keep it quiet",
    ("mcm/cli/logs.py", "boto3"): "the name of a library's logger",
    ("mcm/cli/logs.py", "keystoneauth"): "the name of a library's logger",
    ("mcm/cli/logs.py", "openstack"): "the name of a library's logger",
    ("mcm/gateway/egress.py", "ec2"): "fd00:ec2::254 is a metadata address: hexadecimal digits",
}


def _words(text: str) -> Iterator[str]:
    """Words of an identifier or a sentence: split at anything but letters and digits, and where a case begins."""
    spread = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    yield from _WORD.findall(spread.lower())
    yield from _WORD.findall(text.lower())


def _named(path: Path) -> Iterator[tuple[str, int]]:
    """Names, strings and comments of a file that hold a cloud's word."""
    with tokenize.open(path) as file:
        text = file.read()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        # From Python 3.12 on an f-string comes in pieces.
        if token.type in (tokenize.NAME, tokenize.STRING, tokenize.COMMENT, getattr(tokenize, "FSTRING_MIDDLE", -1)):
            for word in set(_words(token.string)) & _CLOUDS:
                yield word, token.start[0]


def test_no_cloud_is_named_in_mcm() -> None:
    found = {(shown(path), word): line for path in sources(MCM) for word, line in _named(path)}
    strange = [f"{file}:{line} names {word}" for (file, word), line in found.items() if (file, word) not in _ALLOWED]
    assert not strange
    assert set(_ALLOWED) <= set(found), "an exception that is no longer needed"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("class AwsAccount: ...", {"aws"}),
        ("vcenter_host = 1", {"vcenter"}),
        ('"""Reads from OpenStack."""', {"openstack"}),
        ("x = 1  # as EC2 does", {"ec2"}),
        ("laws = 'reservations'", set()),
    ],
)
def test_the_search_finds_what_it_should(source: str, words: set[str], tmp_path: Path) -> None:
    file = tmp_path / "source.py"
    file.write_text(source + "\n")
    assert {word for word, _ in _named(file)} == words


def test_files_are_named_for_what_they_do() -> None:
    wrong = [shown(path) for path in sources(MCM) if set(_words(shown(path))) & _CLOUDS]
    assert not wrong


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        shown(path)
        for path in sources(MCM)
        if not ast.get_docstring(ast.parse(path.read_text())) and path.read_text().strip()
    ]
    assert not silent
