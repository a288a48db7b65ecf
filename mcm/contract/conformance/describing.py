"""Obligations of the descriptor: what mcm shows and decides before an SDK is imported."""

import json
import subprocess
import sys
from typing import Any

import pytest

from mcm.contract import Capability, ProviderDescriptor
from mcm.contract.conformance.base import ConformanceFixtures
from mcm.contract.conformance.checks import require, require_none

# Imports the descriptor in a fresh process in which the SDK cannot be imported at all.
_PROBE = """
import importlib, json, sys
path, sdk, adapter, search = json.loads(sys.argv[1])
sys.path[:] = search
class Missing:
    def find_spec(self, name, path=None, target=None):
        if sdk and (name == sdk or name.startswith(sdk + ".")):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Missing())
module, _, attribute = path.partition(":")
descriptor = getattr(importlib.import_module(module), attribute)
print(json.dumps({"name": descriptor.name, "adapter_loaded": adapter.partition(":")[0] in sys.modules}))
"""


class Describing(ConformanceFixtures):
    def test_descriptor_is_json_able(self, descriptor: ProviderDescriptor) -> None:
        text = descriptor.model_dump_json()
        require(json.loads(text)["name"] == descriptor.name, "the descriptor does not survive JSON")

    def test_texts_are_in_both_languages(self, descriptor: ProviderDescriptor) -> None:
        texts = {"title": (descriptor.title.en, descriptor.title.zh)}
        texts |= {f"field {item.key}": (item.title, item.title_zh) for item in descriptor.connection.fields}
        texts |= {f"message {code}": (text.en, text.zh) for code, text in descriptor.messages.items()}
        require_none(
            (f"{what} lacks a language" for what, pair in texts.items() if not all(map(str.strip, pair))), "texts"
        )

    def test_fields_are_sound(self, descriptor: ProviderDescriptor) -> None:
        fields = descriptor.connection.fields
        keys = [item.key for item in fields]
        require(len(set(keys)) == len(keys), f"a connection field is there twice: {keys}")
        open_secrets = [item.key for item in fields if item.secret and item.default is not None]
        require(not open_secrets, f"secret fields with a default: {open_secrets}")

    def test_kinds_are_sound(self, descriptor: ProviderDescriptor) -> None:
        reads = Capability.INVENTORY in descriptor.capabilities
        require(bool(descriptor.kinds) == reads, f"kinds: {list(descriptor.kinds)}; inventory: {reads}")
        fed = [kind for kind, support in descriptor.kinds.items() if support.feed]
        has = Capability.CHANGE_FEED in descriptor.capabilities
        require(bool(fed) == has, f"kinds with a feed: {fed}; change_feed among the capabilities: {has}")

    def test_adapter_can_be_loaded(self, provider_class: type[Any]) -> None:
        missing = [name for name in ("connect", "check", "close") if not callable(getattr(provider_class, name, None))]
        require(not missing, f"the adapter class lacks {missing}")

    def test_descriptor_needs_no_sdk(self, descriptor: ProviderDescriptor, descriptor_path: str) -> None:
        if not descriptor_path:
            pytest.skip("no entry point of this name is installed and no fixture 'descriptor_path' is given")
        question = json.dumps([descriptor_path, descriptor.sdk, descriptor.adapter, sys.path])
        done = subprocess.run([sys.executable, "-c", _PROBE, question], capture_output=True, text=True, timeout=120)
        require(done.returncode == 0, f"the descriptor cannot be imported without its SDK:\n{done.stderr[-1500:]}")
        answer = json.loads(done.stdout)
        require(answer["name"] == descriptor.name, f"{descriptor_path} is the descriptor of '{answer['name']}'")
        require(not answer["adapter_loaded"], "importing the descriptor imports the adapter")
