"""Logging to stderr: one line, or one JSON object, for each record; control characters escaped, secrets redacted."""

import logging
import sys
from datetime import UTC, datetime

import orjson

from mcm.errors import InvalidInput
from mcm.kit import clock, telling
from mcm.kit.redaction import redacted

# Never below WARNING, whatever is asked for: at DEBUG they write down requests and answers whole.
QUIET = ("alembic", "urllib3", "botocore", "boto3", "httpx", "httpcore", "keystoneauth", "openstack", "stevedore")


class SafeFormatter(logging.Formatter):
    """Last line of defence: the code does not log secrets, but libraries and clouds may put them into messages."""

    def format(self, record: logging.LogRecord) -> str:
        text = redacted(super().format(record))
        told = telling.current()
        if told.request_id:
            text += f" [{' '.join(filter(None, (told.request_id, told.principal_id)))}]"
        lines = text.split("\n")
        return "\n  ".join("".join(c if c.isprintable() else repr(c)[1:-1] for c in line) for line in lines)


class JsonFormatter(logging.Formatter):
    """One object for each record: time, level, logger, message, request_id, principal_id, and exception if any."""

    def format(self, record: logging.LogRecord) -> str:
        told = telling.current()
        line = {
            "time": clock.to_text(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname,
            "logger": record.name,
            "message": redacted(record.getMessage()),
            "request_id": told.request_id,
            "principal_id": told.principal_id,
        }
        if record.exc_info:
            line["exception"] = redacted(self.formatException(record.exc_info))
        return orjson.dumps(line, default=str).decode()


def configure(level: str, log_format: str = "text") -> None:
    handler = logging.StreamHandler(sys.stderr)
    plain = SafeFormatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    handler.setFormatter(JsonFormatter() if log_format == "json" else plain)
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
