"""What a person meets while typing: names behind Tab, and sentences about what was mistyped."""

from pathlib import Path

from tests.acceptance.conftest import SIMULATED
from tests.acceptance.shell import Shell

_CLOUD = "regions:\n  - id: r1\n    instance:\n"


def _completed(shell: Shell, *words: str) -> list[str]:
    done = shell.run(_MCM_COMPLETE="complete_bash", COMP_WORDS=" ".join(("mcm", *words)), COMP_CWORD=str(len(words)))
    return done.stdout.split()


def test_tab_offers_names_that_begin_so_however_many_hold_it(shell: Shell, tmp_path: Path) -> None:
    seed = tmp_path / "seed.yaml"
    names = [f"a-web-{number}" for number in range(60)] + ["web-01", "web-02"]
    seed.write_text(_CLOUD + "".join(f"      - {{id: i-{name}, name: {name}, status: ACTIVE}}\n" for name in names))
    shell.run("account", "add", "lab", *SIMULATED, "--config", f"seed_file={seed}")
    shell.run("sync", "lab")
    assert _completed(shell, "instance", "show", "web") == ["web-01", "web-02"]
    assert _completed(shell, "resource", "show", 'web"\\*') == []
    assert len(_completed(shell, "instance", "show", "a-")) == 50
    assert _completed(shell, "account", "show", "l") == ["lab"]


def test_what_was_mistyped_is_said_in_words_of_the_command_line(shell: Shell, tmp_path: Path) -> None:
    wrong = shell.run("tenant", "create", "x", "--kind", "dept", expect=2).stderr
    assert "error: kind: it should be 'group', 'subsidiary' or 'department'" in wrong
    assert ("--help" in wrong, "/docs" in wrong) == (True, False)
    rules = tmp_path / "rules.yaml"
    rules.write_text("rules:\n  - tenant: [")
    assert "not YAML at line 2, column" in shell.run("tenant", "rules", "apply", str(rules), expect=2).stderr
    assert "did you mean 'rate_limited'?" in shell.run("explain", "rate_limted", expect=2).stderr
    assert "known" not in shell.run("explain", "nothing-like-it", expect=2).stderr
