"""Starts the real services that tests talk to: on loopback, installed on demand, gone with the test run.

Every `start` either returns a running service or raises HarnessUnavailable, whose sentence is what a test skips with.
"""


class HarnessUnavailable(Exception):
    """A service cannot be had on this machine; the message is one sentence that names what is missing and why."""
