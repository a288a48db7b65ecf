"""Installs the Debian packages a service needs, when this machine allows it, and says in a sentence when it does not.

The work that needs root is one shell script, not Python, so that a test run that dies halfway (Ctrl-C, SIGKILL) neither
interrupts dpkg nor loses the step that puts policy-rc.d back.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass

# https://www.debian.org/doc/debian-policy/ch-controlfields.html#source
_PACKAGE_NAME = re.compile(r"[a-z0-9][a-z0-9+.-]+")

# $1 lock, $2 stamp of the last update, $3 policy-rc.d, then the packages.
# apt's DPkg::Lock::Timeout does not cover the lock of the package lists, hence the second try of update. A failed
# update is not fatal: often one unrelated third-party source is down. policy-rc.d may be a symlink, so it is moved,
# not copied; a copy left behind by a killed run is recognised by its marker and undone first.
_INSTALLER = r"""
set -u
lock=$1 stamp=$2 policy=$3; shift 3
saved=$policy.mcm-saved marker='placed by the mcm test harness'
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 LC_ALL=C
boot=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null) || boot=unknown

restore() {
  if grep -qs "$marker" "$policy"; then rm -f "$policy"; fi
  if [ ! -e "$policy" ] && [ ! -L "$policy" ] && { [ -e "$saved" ] || [ -L "$saved" ]; }; then mv "$saved" "$policy"; fi
}
apt() {
  apt-get -q -o DPkg::Lock::Timeout=600 -o Acquire::Retries=2 \
    -o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30 "$@" 9>&-
}
update() { { apt update || { sleep 3; apt update; }; } && printf '%s\n' "$boot" >"$stamp"; }
install() { echo "== install"; apt -y --no-install-recommends -o Dpkg::Options::=--force-confold install -- "$@"; }

exec 9>"$lock" && flock -w 1800 9 || { echo "== install"; echo "E: $lock is held by another installation"; exit 1; }
trap restore EXIT
trap 'exit 1' HUP INT TERM
restore
if [ -e "$policy" ] || [ -L "$policy" ]; then mv "$policy" "$saved"; fi
printf '#!/bin/sh\n# %s\nexit 101\n' "$marker" >"$policy.mcm-new"
chmod 755 "$policy.mcm-new" && mv "$policy.mcm-new" "$policy"

updated=no
if [ "$(cat "$stamp" 2>/dev/null)" != "$boot" ]; then update; updated=yes; fi
install "$@" && exit 0
[ $updated = yes ] && exit 1
update
install "$@"
"""


@dataclass(frozen=True)
class _InstallerPaths:
    lock: str = "/run/mcm-test-packages.lock"
    update_stamp: str = "/run/mcm-test-packages.updated"
    policy: str = "/usr/sbin/policy-rc.d"


def ensure_debian_packages(names: Sequence[str]) -> str | None:
    """Returns None once all packages are installed, else one sentence that names the packages and the cause.

    Installs what is missing when this process is root or has passwordless sudo; no daemon is started by it. Safe to
    call from many processes at once: they take turns. May take minutes the first time. Virtual packages are not
    understood.
    """
    for name in names:
        if not _PACKAGE_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not the name of a Debian package")
    missing = _missing(names)
    if not missing:
        return None
    refusal = f"Debian package{'s' if len(missing) > 1 else ''} {', '.join(missing)} cannot be installed: "
    if shutil.which("apt-get") is None:
        return refusal + "this machine has no apt-get."
    root_command = _root_command()
    if root_command is None:
        return refusal + "this user is not root and has no passwordless sudo."
    cause = _install(root_command, missing)
    still_missing = _missing(missing)
    if not still_missing:
        return None
    return refusal + (cause or f"apt-get succeeded, but {', '.join(still_missing)} is still not installed.")


def _missing(names: Sequence[str]) -> list[str]:
    if shutil.which("dpkg-query") is None:
        return list(names)
    answer = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", "--", *names],
        capture_output=True,
        text=True,
        check=False,
    )
    installed = {line.split()[0] for line in answer.stdout.splitlines() if line.endswith(" installed")}
    return [name for name in names if name not in installed]


def _root_command() -> list[str] | None:
    """What to put before a command so that root runs it; None when that is not possible without a password."""
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


def _install(root_command: list[str], names: Sequence[str], paths: _InstallerPaths | None = None) -> str | None:
    """Runs the installer to its end and returns None, or apt's own explanation of why it failed."""
    paths = paths or _InstallerPaths()
    script = ["sh", "-c", _INSTALLER, "install-packages", paths.lock, paths.update_stamp, paths.policy]
    # Output goes to a file and the script has its own session: neither a broken pipe nor Ctrl-C may stop dpkg halfway.
    # Not subprocess.run: it would SIGKILL the script when this process is interrupted.
    with tempfile.TemporaryFile(mode="w+", encoding="utf-8", errors="replace") as output:
        installer = subprocess.Popen(
            [*root_command, *script, *names],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        if installer.wait() == 0:
            return None
        output.seek(0)
        return _explanation(output.read())


def _explanation(output: str) -> str:
    lines = [line.strip() for line in output.rpartition("== install")[2].splitlines() if line.strip()]
    errors = [line.removeprefix("E: ") for line in lines if line.startswith("E: ")]
    explanation = errors[0] if errors else (lines[-1] if lines else "apt-get failed without a word")
    return explanation.rstrip(".") + "."
