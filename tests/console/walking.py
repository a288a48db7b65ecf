"""Pages looked at one after the other, each in every language, theme and width, if not in each combination of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from playwright.sync_api import Browser

from tests.console.browser import Visit, visiting

WIDE, NARROW = 1440, 414
# Of each so many pages one is opened by its address, as a bookmark does; links lead to the others.
_BY_ADDRESS = 8


@dataclass(frozen=True, slots=True)
class Look:
    """Of every two pages the one that `turn` says, beginning with the one that has this number."""

    language: str
    theme: str
    width: int
    turn: int

    def __str__(self) -> str:
        return f"{self.language}-{self.theme}-{self.width}"


# Every page is met by two of them: one in each language, one in each theme, one narrow and one wide.
LOOKS = (
    Look("en", "light", NARROW, 0),
    Look("zh-CN", "dark", WIDE, 0),
    Look("en", "dark", NARROW, 1),
    Look("zh-CN", "light", WIDE, 1),
)
# What soaks: all pages in all combinations.
EVERY_LOOK = tuple(
    Look(language, theme, width, -1)
    for language in ("en", "zh-CN")
    for theme in ("light", "dark")
    for width in (WIDE, NARROW)
)


def walk(
    browser: Browser, url: str, paths: Mapping[str, str], look: Look, prepare: Callable[[Visit], None] | None = None
) -> list[str]:
    """What went wrong on the pages whose turn it is: said, refused, too wide or a barrier."""
    whole = look.turn < 0
    mine = [(number, *page) for number, page in enumerate(paths.items()) if whole or number % 2 == look.turn]
    assert mine, "no page to look at"
    height = 900 if look.width == WIDE else 896
    with visiting(browser, url, language=look.language, theme=look.theme, width=look.width, height=height) as visit:
        if prepare is not None:
            prepare(visit)
        for at, (number, name, path) in enumerate(mine):
            if whole or at % _BY_ADDRESS == 0:
                visit.go(path)
            else:
                visit.move(path)
            assert visit.page.locator("html").get_attribute("lang") == look.language
            visit.picture(f"{name} {look}")
            wide = visit.wide()
            if wide > look.width:
                visit.wrong.append(f"{path} is {wide} px wide in a window of {look.width}")
            # Once for a page: by turns in each language and theme.
            if whole or (number // 2 % 2 == 0) is (look.width == NARROW):
                _look_for_barriers(visit, look, shell=whole or at == 0)
        return visit.wrong


def _look_for_barriers(visit: Visit, look: Look, *, shell: bool) -> None:
    if look.width == WIDE:
        visit.wrong += visit.barriers(shell=shell)
    elif look.turn >= 0:
        # The components' own bar of a narrow window has a finding that is theirs.
        _widen(visit, WIDE, 900)
        visit.wrong += visit.barriers(shell=shell)
        _widen(visit, NARROW, 896)


def _widen(visit: Visit, width: int, height: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": height})
    visit.settle()
