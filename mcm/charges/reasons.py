"""Why a file is read no further."""


class Unreadable(Exception):
    """The file ends being read here. code: of the finding; line: from where on, as far as it is known."""

    def __init__(self, code: str, line: int | None = None, example: str = "") -> None:
        super().__init__(code)
        self.code, self.line, self.example = code, line, example


def too_large(line: int | None, most_bytes: int) -> Unreadable:
    return Unreadable("unpacks_too_large", line, f"MCM_CHARGE_UNPACKED_MIB is {most_bytes // 2**20}")
