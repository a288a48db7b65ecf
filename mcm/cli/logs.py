"""Logging to stderr: one line for each record, control characters escaped, secrets redacted."""

import logging
import re
import sys

from mcm.errors import InvalidInput

_SECRET = re.compile(
    r"((?:password|passwd|secret|token|authorization|api[_-]?key|private[_-]?key)[\"']?\s*[:=]\s*[\"']?)"
    r"(?:(?:Bearer|Basic)\s+)?[^\s\"',;&]+",
    re.IGNORECASE,
)
# Never below WARNING, whatever is asked for: at DEBUG they write down requests and answers whole.
QUIET = ("alembic", "urllib3", "botocore", "boto3", "httpx", "httpcore", "keystoneauth", "openstack", "stevedore")
_URL_PASSWORD = re.compile(r"(://[^/\s:@]+):[^/\s@]+@")


class SafeFormatter(logging.Formatter):
    """Last line of defence: the code does not log secrets, but libraries and clouds may put them into messages."""

    def format(self, record: logging.LogRecord) -> str:
        text = redacted(super().format(record))
        lines = text.split("\n")
        return "\n  ".join("".join(c if c.isprintable() else repr(c)[1:-1] for c in line) for line in lines)


def redacted(text: str) -> str:
    return _URL_PASSWORD.sub(r"\1:***@", _SECRET.sub(r"\1***", text))


def configure(level: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(SafeFormatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers = [handler]
    try:
        root.setLevel(level.upper())
    except ValueError as error:
        raise InvalidInput(
            f"MCM_LOG_LEVEL is '{level}'",
            next_step="use DEBUG, INFO, WARNING or ERROR",
        ) from error
    for noisy in QUIET:
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
