"""Packages are installed by one process at a time, with daemons held back, and a refusal says why.

apt-get is replaced by a script here that writes down how it was called: a test must not change the machine's packages.
"""

import os
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.harness import packages

# Notes "<word> <answer of policy-rc.d>" for update and install, and OVERLAP when two run at once.
_APT_GET = """#!/bin/sh
mkdir "$NOTES.busy" 2>/dev/null || echo OVERLAP >>"$NOTES"
for word; do case $word in update|install) command=$word;; esac; done
sh "$POLICY" some-daemon start; echo "$command $?" >>"$NOTES"
sleep 0.1
rmdir "$NOTES.busy"
if [ -n "$(cat "$NOTES.fail-$command" 2>/dev/null)" ]; then cat "$NOTES.fail-$command"; exit 100; fi
"""


@dataclass
class Apt:
    paths: packages._InstallerPaths
    notes: Path

    def install(self, *names: str) -> str | None:
        return packages._install([], names, self.paths)

    def fail(self, command: str, output: str) -> None:
        Path(f"{self.notes}.fail-{command}").write_text(output)

    def called(self) -> list[str]:
        return self.notes.read_text().splitlines()


@pytest.fixture
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Apt:
    if shutil.which("flock") is None:
        pytest.skip("flock is not installed; Debian's util-linux brings it.")
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "apt-get").write_text(_APT_GET)
    (programs / "apt-get").chmod(0o755)
    paths = packages._InstallerPaths(*(str(tmp_path / name) for name in ("lock", "updated", "policy-rc.d")))
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("NOTES", str(tmp_path / "notes"))
    monkeypatch.setenv("POLICY", paths.policy)
    return Apt(paths, tmp_path / "notes")


def test_the_lists_are_updated_once_and_daemons_are_held_back_only_meanwhile(apt: Apt) -> None:
    assert apt.install("one") is None
    assert apt.install("two", "three") is None
    assert apt.called() == ["update 101", "install 101", "install 101"]
    assert not Path(apt.paths.policy).exists()


@pytest.mark.parametrize("is_link", [False, True])
def test_the_machines_own_policy_is_put_back(apt: Apt, tmp_path: Path, is_link: bool) -> None:
    policy = Path(apt.paths.policy)
    own = tmp_path / "own-policy" if is_link else policy
    own.write_text("exit 104\n")
    if is_link:
        policy.symlink_to(own)
    apt.fail("install", "E: Unable to locate package one\n")
    assert apt.install("one") == "Unable to locate package one."
    assert set(apt.called()) == {"update 101", "install 101"}
    assert policy.is_symlink() == is_link
    assert policy.read_text() == "exit 104\n"
    assert sorted(path.name for path in tmp_path.glob("policy-rc.d*")) == ["policy-rc.d"]


def test_what_a_killed_installation_left_is_undone(apt: Apt) -> None:
    Path(apt.paths.policy).write_text("#!/bin/sh\n# placed by the mcm test harness\nexit 101\n")
    Path(f"{apt.paths.policy}.mcm-saved").write_text("exit 104\n")
    assert apt.install("one") is None
    assert Path(apt.paths.policy).read_text() == "exit 104\n"


def test_a_failed_update_is_tried_again_and_does_not_stop_the_installation(apt: Apt) -> None:
    apt.fail("update", "E: The repository has no Release file.\n")
    assert apt.install("one") is None
    assert apt.called() == ["update 101", "update 101", "install 101"]
    apt.fail("update", "")
    assert apt.install("one") is None
    assert apt.called()[3:] == ["update 101", "install 101"]


def test_a_package_that_old_lists_do_not_have_is_looked_for_in_new_ones(apt: Apt) -> None:
    assert apt.install("one") is None
    apt.fail("install", "E: Unable to locate package two\n")
    assert apt.install("two") == "Unable to locate package two."
    assert apt.called()[2:] == ["install 101", "update 101", "install 101"]


def test_processes_take_turns(apt: Apt) -> None:
    reasons: list[str | None] = []
    people = [
        threading.Thread(target=lambda name=name: reasons.append(apt.install(name))) for name in ("a1", "b1", "c1")
    ]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert reasons == [None, None, None]
    assert sorted(apt.called()) == ["install 101", "install 101", "install 101", "update 101"]


def test_an_installed_package_needs_nothing() -> None:
    if shutil.which("dpkg-query") is None:
        pytest.skip("This machine has no dpkg.")
    assert packages.ensure_debian_packages(["dpkg", "bash"]) is None


def test_without_root_the_reason_names_package_and_cause(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "apt-get").touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert packages.ensure_debian_packages(["no-such-package", "nor-this"]) == (
        "Debian packages no-such-package, nor-this cannot be installed: "
        "this user is not root and has no passwordless sudo."
    )


def test_without_apt_the_reason_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    reason = packages.ensure_debian_packages(["no-such-package"])
    assert reason == "Debian package no-such-package cannot be installed: this machine has no apt-get."


@pytest.mark.parametrize("name", ["-oDebug=1", "a b", "", "Name", "./file.deb"])
def test_an_option_or_a_file_is_not_a_package_name(name: str) -> None:
    with pytest.raises(ValueError, match="not the name"):
        packages.ensure_debian_packages([name])
