"""What every error code means and what to do: `mcm explain CODE`. A test finds codes that are missing here."""

from typing import NamedTuple


class Explanation(NamedTuple):
    meaning: str
    remedy: str


EXPLANATIONS: dict[str, Explanation] = {
    "account_exists": Explanation("The name is taken.", "Choose another name, or change the existing account."),
    "account_not_found": Explanation("No account has this name or id.", "`mcm account list` shows all accounts."),
    "account_removed": Explanation(
        "The account was removed while it was read.", "Nothing: its data is a tombstone now."
    ),
    "authentication_failed": Explanation(
        "The cloud refused the credentials: wrong, expired or disabled. mcm stops, so that nobody is locked out.",
        "Enter new secrets for the account, then `mcm account check NAME`.",
    ),
    "bad_request": Explanation("The request lacks something or is malformed.", "The message says what to change."),
    "busy": Explanation("The resource is in a task in which the cloud refuses this.", "Wait until the task has ended."),
    "capacity_exceeded": Explanation("A quota or the physical capacity is used up.", "Free some, or ask for more."),
    "cloud_failure": Explanation(
        "A cloud did not answer as needed; details.code says how.", "`mcm explain` that code."
    ),
    "conflict": Explanation("The change collides with another one.", "Read again and repeat the change."),
    "error": Explanation("mcm itself failed.", "Report it with the request id; the server's log has the cause."),
    "feed_expired": Explanation(
        "The change feed's cursor is no longer valid.", "Nothing: mcm reads everything instead."
    ),
    "forbidden": Explanation("The caller lacks a permission.", "Ask an administrator for a role that includes it."),
    "http_error": Explanation("The request is not one the API knows.", "See the API documentation at /docs."),
    "invalid_as_of": Explanation(
        "`as_of` is no time, or lies ahead.", "Write 2026-01-31T12:00:00Z or 2026-01-31; leave it out for now."
    ),
    "invalid_column": Explanation("There is no such column.", "The message lists those there are."),
    "invalid_filter": Explanation(
        "The filter expression is wrong; the message shows where.",
        'Example: kind = "instance" AND (state = "running" OR tags.env = "prod"). AND and OR need parentheses '
        "between them.",
    ),
    "invalid_input": Explanation("A value is not allowed.", "The message names it and says what is."),
    "invalid_order": Explanation(
        "`order_by` names something that cannot be sorted by.",
        "Use fields of the filter grammar, each with an optional asc or desc: name desc, created_at.",
    ),
    "invalid_request": Explanation(
        "The adapter or the cloud refuses the request as malformed, or an address is not allowed.",
        "Check the account's configuration; the message names the key or the address.",
    ),
    "lease_lost": Explanation("Another process took the read over.", "Nothing: its result counts."),
    "method_not_allowed": Explanation("The address exists, but not with this method.", "See /docs."),
    "not_authenticated": Explanation("mcm does not know who is calling.", "Log in, or send a token."),
    "not_found": Explanation("There is nothing at this address or with this id.", "Check the spelling; list first."),
    "not_quarantined": Explanation("The scope waits for no decision.", "Nothing."),
    "not_supported": Explanation("This cloud cannot do it.", "The reason says why; see the provider's README."),
    "other_cloud": Explanation(
        "The credentials now lead to another cloud than when the account was added.",
        "If that is meant, remove the account and add it again: mixing two clouds in one account would lose both.",
    ),
    "paused": Explanation("The account is paused.", "`mcm account resume NAME`."),
    "permission_denied": Explanation(
        "The credentials work but lack a right; that kind is not read and keeps its last good state.",
        "Grant the permission the message names; the provider's README lists the least that is needed.",
    ),
    "precondition_failed": Explanation("It was changed since it was read.", "Read it again and repeat the change."),
    "provider_error": Explanation("A cloud failed in an unforeseen way.", "See the server's log."),
    "provider_not_installed": Explanation(
        "The Python package through which this provider speaks to its cloud is missing.",
        "Install the extra that the message names, then restart mcm.",
    ),
    "quarantined": Explanation(
        "A complete read no longer lists so much of a scope that mcm does not believe it without a person: a lost "
        "permission looks just like an empty cloud. Nothing was removed.",
        "Look at the cloud; then `mcm account quarantine NAME accept` (let it go) or `reject` (keep it, read again).",
    ),
    "rate_limited": Explanation(
        "The cloud asks to slow down; mcm halves its rate and obeys Retry-After.",
        "Nothing, or raise the cloud's limit.",
    ),
    "region_not_listed": Explanation(
        "The cloud no longer lists the region.", "Check the account's rights and regions."
    ),
    "resource_not_found": Explanation(
        "No resource has this id; what is gone is kept for the tombstones' time only.", "`mcm resource list` shows ids."
    ),
    "run_not_found": Explanation("No read has this id.", "`mcm sync runs` shows them."),
    "scope_not_found": Explanation("No scope has this id.", "`mcm account show NAME -o wide` shows them."),
    "stale_version": Explanation(
        "The resource's own fields were changed since they were read.", "Read it again and repeat the change."
    ),
    "too_large": Explanation("The request body is too large.", "Send less at once."),
    "unavailable": Explanation(
        "mcm cannot do this now: the database is busy, full, read-only or has another schema. Reads may still work.",
        "The message names the cause; `mcm doctor` checks all of them.",
    ),
    "undo_impossible": Explanation("What the read removed can no longer be brought back.", "Restore a backup."),
    "unexpected_response": Explanation(
        "The cloud's answer is not what its API promises: cut, garbled, a web page. Nothing in it was used.",
        "Look for a proxy or load balancer in between; repeat the read.",
    ),
    "unreachable": Explanation(
        "The cloud gave no usable answer in time: refused, TLS, name, timeout, 5xx. The last good state stays.",
        "Check URL, network, proxy and certificate (`ca_file`); `mcm account check NAME` tries again.",
    ),
    "vault": Explanation(
        "Secrets cannot be opened: the master key is missing, is another one, or a value was altered.",
        "Put the right key file in place (MCM_MASTER_KEY_FILE), or enter the secrets again.",
    ),
    "wrong_host": Explanation("The Host header names another machine.", "Use the address the server printed."),
}
