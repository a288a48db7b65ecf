"""How long steps took lately, so that a cloud is asked when there is something to be seen, not all the time."""

from collections import OrderedDict

_KEPT = 2000


class Pace:
    """Of this process, lost with it: it makes looks fewer and better timed, and nothing depends on it."""

    def __init__(self) -> None:
        self._took: OrderedDict[tuple[str, str, str], float] = OrderedDict()

    def took(self, account_id: str, action: str, step: str, seconds: float) -> None:
        """What was seen as done this long after it was sent."""
        key = (account_id, action, step)
        before = self._took.pop(key, seconds)
        # Clouds get slower and faster by the hour: the last ones count most.
        self._took[key] = (before + seconds) / 2
        if len(self._took) > _KEPT:
            self._took.popitem(last=False)

    def expected(self, account_id: str, action: str, step: str) -> float | None:
        """Seconds from sending to done; None: nobody knows yet."""
        return self._took.get((account_id, action, step))
