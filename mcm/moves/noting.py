"""The note of a step: a code with its values, so that it is said in the reader's language, and in English beside it."""

from typing import Any

from mcm.contract import ProviderError
from mcm.errors import McmError
from mcm.models import MoveStep
from mcm.moves.texts import told
from mcm.system.chinese import CHINESE


def note(step: MoveStep, code: str = "", **values: Any) -> None:
    """Without a code it has none."""
    found = told(code, values) if code else None
    step.note = found.text if found is not None else None
    step.told = {"code": code, "params": values} if found is not None else None


def trouble(step: MoveStep, error: ProviderError | McmError, code: str = "step_failed") -> None:
    """What went wrong in it, in the error's own words."""
    note(step, code, why=error.message, why_zh=_chinese(error))


def shown(step: MoveStep) -> tuple[str | None, str | None]:
    """In English and Chinese. What was written before notes had codes is English only."""
    if step.told is None:
        return step.note, step.note
    found = told(step.told["code"], step.told["params"])
    return found.text, found.text_zh


def _chinese(error: ProviderError | McmError) -> str:
    """Its own sentence, or what its code means, with the sentence as it came beside it."""
    said = getattr(error, "message_zh", "")
    explained = CHINESE.get(error.code)
    if said or explained is None:
        return said or error.message
    return f"{explained.meaning.rstrip('。')}（{error.message}）"
