"""What is committed tells nothing of the machine it was made on, and pins what it installs by hash."""

import re

import pytest

from tests.architecture.layout import ROOT, files

LOCKS = ("requirements/runtime.txt", "requirements/dev.txt", "requirements/bootstrap.txt")
# Written in two parts, so that this file does not find itself.
_HIDDEN = {
    "a folder of the build machine": re.compile(r"(?<![\w.:/-])/(?:wo" r"rk|ro" r"ot|ho" r"me/\w+)/[\w.]"),
    "a package registry": re.compile(
        r"py" r"pi\.org|pythonho" r"sted\.org|registry\.n" r"pmjs|registry\.yarn" r"pkg|proxy\.gol" r"ang\.org"
    ),
    "a secret key": re.compile(r"-----BEGIN (?:RSA |EC |OPENSSH |)PRIVATE " r"KEY-----\n[A-Za-z0-9+/]{20}"),
}
_BINARY = {".png", ".jpg", ".gz", ".zip", ".xlsx", ".ico", ".woff2"}


@pytest.mark.parametrize("what", sorted(_HIDDEN))
def test_no_file_holds(what: str) -> None:
    found = []
    for path in files():
        if path.suffix in _BINARY:
            continue
        text = (ROOT / path).read_text(errors="replace")
        found += [f"{path}:{text.count(chr(10), 0, hit.start()) + 1} {hit[0]}" for hit in _HIDDEN[what].finditer(text)]
    assert not found


@pytest.mark.parametrize("name", LOCKS)
def test_lock_files_pin_every_package_by_hash(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert not re.search(r"^\s*(?:-i|--index-url|--extra-index-url|--find-links|--trusted-host)\b", text, re.MULTILINE)
    packages = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE))
    loose = [block.split("\n")[0] for block in packages if not re.match(r"[\w.\[\]-]+==\S+", block)]
    bare = [block.split("\n")[0] for block in packages if "--hash=sha256:" not in block]
    assert len(packages) >= 1
    assert not loose
    assert not bare


def test_runtime_and_development_locks_agree() -> None:
    """Else the tests would run with other versions than users get."""
    pins = [dict(re.findall(r"^([\w.-]+)==([^\s;]+)", (ROOT / name).read_text(), re.MULTILINE)) for name in LOCKS[:2]]
    assert pins[0].items() <= pins[1].items()


def test_what_git_should_ignore_is_not_there() -> None:
    unwanted = re.compile(r"(^|/)(\.venv|__pycache__|node_modules|dist)/|\.(pyc|db|sqlite|log)$|(^|/)master\.key$")
    assert not [path.as_posix() for path in files() if unwanted.search(path.as_posix())]
