"""What went wrong, in a reader's language: the error's own sentence, or in Chinese at least what its code means."""

from mcm.errors import McmError
from mcm.system.chinese import CHINESE

_ENDS = (".", "。", "!", "?", "！", "？")


def message(language: str, error: McmError) -> str:
    if language != "zh-CN":
        return sentence(error.message)
    explained = CHINESE.get(error.code)
    return sentence_zh(error.message_zh or (explained.meaning if explained else "")) or sentence(error.message)


def next_step(language: str, error: McmError) -> str:
    if language != "zh-CN":
        return sentence(error.next_step)
    explained = CHINESE.get(error.code)
    # The remedy of a code says little beside a sentence of its own.
    return sentence_zh(error.next_step_zh or (explained.remedy if explained and not error.message_zh else ""))


def sentence(text: str) -> str:
    """With a capital and a full stop; "" stays so."""
    if not text:
        return ""
    first = text[:1] if text.startswith("mcm ") else text[:1].upper()
    return f"{first}{text[1:]}{'' if text.endswith(_ENDS) else '.'}"


def sentence_zh(text: str) -> str:
    return f"{text}{'' if text.endswith(_ENDS) else '。'}" if text else ""
