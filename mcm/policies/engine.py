"""What a rule language must do for mcm: compile a text once, and answer yes, no, or why it cannot say."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from mcm.policies.facts import Value


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a text is no rule. offset: in characters from its beginning. excerpt: the line with a caret below."""

    offset: int
    message: str
    excerpt: str = ""
    suggestion: str | None = None


class NotCompiled(ValueError):
    """`problems`: at least one."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(one.message for one in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Answer:
    """value None: nobody can say, and `error` is why. Whoever asks must then act as if it said no."""

    value: bool | None
    error: str = ""

    @property
    def yes(self) -> bool:
        return self.value is True


YES, NO = Answer(True), Answer(False)


class Program(Protocol):
    """names: the variables it asks for. label_keys: of a map of labels those it asks for; None: any."""

    @property
    def names(self) -> frozenset[str]: ...

    @property
    def label_keys(self) -> Mapping[str, frozenset[str] | None]: ...

    def ask(self, values: Mapping[str, Value]) -> Answer:
        """values: clean (see `facts.clean`). Never raises."""
        ...


class Engine(Protocol):
    def compile(self, text: str) -> Program:
        """Raises NotCompiled."""
        ...
