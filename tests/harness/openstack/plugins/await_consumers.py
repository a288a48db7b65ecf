# mypy: ignore-errors
"""Waits until every queue named on the command line has a consumer: AMQP-URL SECONDS QUEUE...

A request sent to a queue nobody has declared yet is lost without an error: an instance would stay in BUILD for ever.
"""

import sys
import time

import amqp
import kombu

_PAUSE_S = 0.1


def main(url, limit_s, *queues):
    deadline = time.monotonic() + float(limit_s)
    missing = list(queues)
    connection = kombu.Connection(url).connect()
    while missing:
        channel = connection.channel()
        try:
            while missing and channel.queue_declare(missing[0], passive=True).consumer_count:
                missing.pop(0)
            channel.close()
        except amqp.NotFound:
            pass  # the broker has closed the channel
        if missing and time.monotonic() > deadline:
            sys.exit(f"nobody listens on: {' '.join(missing)}")
        if missing:
            time.sleep(_PAUSE_S)


if __name__ == "__main__":
    main(*sys.argv[1:])
