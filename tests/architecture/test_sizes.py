"""Small files: 400 lines at most, so that a stranger reads one in one go."""

from tests.architecture.layout import ROOT, files

LIMIT = 400
_CODE = {".py", ".md", ".toml", ".yaml", ".yml", ".sh", ".mako", ".go", ".ts", ".tsx", ".css", ".html", ""}
_DATA = {"cassettes", "captured"}  # recorded traffic
_LONGER = {
    "LICENSE": "the licence's own text",
}


def test_no_file_is_longer_than_one_reading() -> None:
    long = {
        path.as_posix(): count
        for path in files()
        if path.suffix in _CODE
        and not _DATA & set(path.parts)
        and (count := len((ROOT / path).read_bytes().splitlines())) > LIMIT
    }
    assert not {name: count for name, count in long.items() if name not in _LONGER}
