"""What every error code means and what to do: `mcm explain CODE`. A test finds codes that are missing here."""

from mcm.system.explained import OF_PEOPLE, Explanation
from mcm.system.explained_allocations import OF_ALLOCATIONS
from mcm.system.explained_charges import OF_CHARGES
from mcm.system.explained_costs import OF_COSTS
from mcm.system.explained_findings import OF_FINDINGS
from mcm.system.explained_moves import OF_MOVES
from mcm.system.explained_optimizer import OF_OPTIMIZER
from mcm.system.explained_placement import OF_PLACEMENT
from mcm.system.explained_policies import OF_POLICIES
from mcm.system.explained_prices import OF_PRICES
from mcm.system.explained_ratecards import OF_RATECARDS
from mcm.system.explained_resilience import OF_RESILIENCE

EXPLANATIONS: dict[str, Explanation] = (
    OF_ALLOCATIONS
    | OF_CHARGES
    | OF_FINDINGS
    | OF_COSTS
    | OF_OPTIMIZER
    | OF_RESILIENCE
    | OF_MOVES
    | OF_PLACEMENT
    | OF_POLICIES
    | OF_PRICES
    | OF_RATECARDS
    | OF_PEOPLE
) | {
    "account_exists": Explanation("The name is taken.", "Choose another name, or change the existing account."),
    "account_gone": Explanation(
        "The account through which this was asked for was removed before the cloud could be asked.",
        "Add the account again, then ask again.",
    ),
    "account_not_found": Explanation("No account has this name or id.", "`mcm account list` shows all accounts."),
    "account_removed": Explanation(
        "The account was removed while it was read.", "Nothing: its data is a tombstone now."
    ),
    "action_forbidden": Explanation(
        "The caller may not do this there.",
        "Ask an administrator for a role that includes it.",
    ),
    "action_not_allowed": Explanation(
        "The resource does not allow the action now; details.reason_code says why.",
        "The next step of the message helps; `mcm operation allowed ID` shows all actions with their reasons.",
    ),
    "already_in_bin": Explanation(
        "The instance is in the recycle bin already.",
        "`mcm recycle list` shows since when; `mcm recycle restore ID` takes it out.",
    ),
    "approval_needed": Explanation(
        "The plan needs the approval of somebody else before it can be applied.",
        "Somebody with the role approver looks at it (`mcm plan show ID`) and says so: `mcm plan approve ID`.",
    ),
    "approval_over": Explanation(
        "The plan was approved longer ago than an approval holds: what was agreed to need not be what would be done.",
        "Make a new plan of what is left: `mcm plan create`.",
    ),
    "audit_failed": Explanation(
        "The audit trail cannot take the record of a change, so the change was not made.",
        "`mcm doctor` and `mcm audit verify` say why: the master key, the database, or a trail that was damaged.",
    ),
    "audit_head_broken": Explanation(
        "The head of the audit trail that was exported last is not in the trail: it was cut off or replaced.",
        "Find out who changed the database. After restoring a backup, name a new file in MCM_AUDIT_HEAD_FILE.",
    ),
    "authentication_failed": Explanation(
        "The cloud refused the credentials: wrong, expired or disabled. mcm stops, so that nobody is locked out.",
        "Enter new secrets for the account, then `mcm account check NAME`.",
    ),
    "unknown_parameter": Explanation(
        "The request has a query parameter that this route does not know. It is not passed over: a misspelt dry_run "
        "would change something.",
        "Correct its name; the answer names those there are.",
    ),
    "bad_request": Explanation("The request lacks something or is malformed.", "The message says what to change."),
    "busy": Explanation("The resource is in a task in which the cloud refuses this.", "Wait until the task has ended."),
    "capacity_exceeded": Explanation("A quota or the physical capacity is used up.", "Free some, or ask for more."),
    "cloud_failed": Explanation(
        "The cloud took the request and says itself that it came to nothing.",
        "The message has the cloud's words. `mcm operation retry ID` asks again.",
    ),
    "cloud_failure": Explanation(
        "A cloud did not answer as needed; details.code says how.", "`mcm explain` that code."
    ),
    "conflict": Explanation("The change collides with another one.", "Read again and repeat the change."),
    "destroy_belt": Explanation(
        "One request destroys more resources than it may (MCM_DESTROY_PER_REQUEST).",
        "Make a plan of it, `mcm plan create --action …`, and let somebody approve it.",
    ),
    "destroy_budget_used": Explanation(
        "As many resources of the account were destroyed within 24 hours as may be (MCM_DESTROY_PER_DAY).",
        "Wait, or make a plan and let somebody approve it.",
    ),
    "error": Explanation("mcm itself failed.", "Report it with the request id; the server's log has the cause."),
    "feed_expired": Explanation(
        "The change feed's cursor is no longer valid.", "Nothing: mcm reads everything instead."
    ),
    "forbidden": Explanation("The caller lacks a permission.", "Ask an administrator for a role that includes it."),
    "http_error": Explanation("The request is not one the API knows.", "See the API documentation at /docs."),
    "invalid_view": Explanation(
        "What is to be saved as a view contradicts itself or holds what cannot be shown.",
        "The message says what to change.",
    ),
    "resolved_as_failed": Explanation(
        "Nobody could tell how it ended; somebody looked at the cloud and said that it failed.", "Ask for it again."
    ),
    "in_doubt": Explanation(
        "Nobody can tell whether the cloud did what was asked, and what cannot be told is not sent twice.",
        "Look at the resource at the cloud, then `mcm operation retry ID` or `mcm operation resolve ID --as …`.",
    ),
    "invalid_as_of": Explanation(
        "`as_of` is no time, or lies ahead.", "Write 2026-01-31T12:00:00Z or 2026-01-31; leave it out for now."
    ),
    "invalid_column": Explanation("There is no such column.", "The message lists those there are."),
    "invalid_filter": Explanation(
        "The filter expression is wrong; the message shows where.",
        'Example: kind = "instance" AND (state = "running" OR tags.env = "prod"). AND and OR need parentheses '
        "between them.",
    ),
    "invalid_input": Explanation("A value is not allowed.", "The message names it; choose another, or correct it."),
    "invalid_notice_target": Explanation(
        "The url leads where nothing is ever sent to, or parts of the target do not belong together.",
        "The message says what to change; docs/notices.md lists what a target needs.",
    ),
    "invalid_order": Explanation(
        "`order_by` names something that cannot be sorted by.",
        "Use fields of the filter grammar, each with an optional asc or desc: name desc, created_at.",
    ),
    "invalid_params": Explanation(
        "A parameter of the action is missing, malformed, or names what the account does not have.",
        "The message names it; GET /api/v1/actions describes all parameters.",
    ),
    "invalid_plan": Explanation(
        "What was given is no plan: nothing matches, too much does, or the action cannot be planned.",
        "The message says what to change.",
    ),
    "invalid_request": Explanation(
        "The adapter or the cloud refuses the request as malformed, or an address is not allowed.",
        "Check the account's configuration; the message names the key or the address.",
    ),
    "invalid_retirement": Explanation(
        "The date of retirement does not lie ahead, or the resource cannot be stopped.",
        "Give a date that lies ahead, for an instance.",
    ),
    "invalid_schedule": Explanation(
        "The calendar, its days off, its time zone or the action cannot be scheduled.",
        "The message names the field; docs/schedules.md has an example.",
    ),
    "lease_lost": Explanation("Another process took the read over.", "Nothing: its result counts."),
    "method_not_allowed": Explanation("The address exists, but not with this method.", "See /docs."),
    "not_found": Explanation("There is nothing at this address or with this id.", "Check the spelling; list first."),
    "not_in_bin": Explanation(
        "It is deleted, being deleted, or was restored: it is not in the recycle bin any more.",
        "`mcm recycle list --ended` shows what became of it.",
    ),
    "not_quarantined": Explanation("The scope waits for no decision.", "Nothing."),
    "not_supported": Explanation("This cloud cannot do it.", "The reason says why; see the provider's README."),
    "not_the_same": Explanation(
        "What the operation was about belongs to another tenant, account or project than when it was asked for.",
        "Ask for the action anew: rights, limits and protection are looked at again.",
    ),
    "notice_delivery_not_found": Explanation(
        "The target has no such delivery, or it is no longer kept.",
        "`mcm notice deliveries NAME` lists those there are.",
    ),
    "notice_target_disabled": Explanation(
        "The target is turned off, and nothing is sent to it: by a person, or by mcm itself, which gives its reason.",
        "`mcm notice show NAME` says why; mend it, then `mcm notice update NAME --enable`.",
    ),
    "notice_target_exists": Explanation(
        "The name is taken.",
        "Choose another name.",
    ),
    "notice_target_not_found": Explanation(
        "No notice target that you may see has this name.",
        "`mcm notice list` shows all.",
    ),
    "notice_under_way": Explanation(
        "The delivery has not ended: it is tried again by itself.",
        "Wait; `mcm notice deliveries NAME` shows when it is tried next.",
    ),
    "oidc_login_failed": Explanation(
        "What the browser brought back from the OpenID provider belongs to no login that it began, or was used before.",
        "Start the login again, in one browser and within ten minutes.",
    ),
    "oidc_not_allowed": Explanation(
        "The OpenID provider knows the person, but mcm lets them not in: unknown, disabled, or of another domain.",
        "Ask an administrator; `mcm oidc show NAME` says whether the provider adds users and which domains may come.",
    ),
    "oidc_provider_exists": Explanation("The name is taken.", "Choose another name, or change the existing provider."),
    "oidc_provider_not_found": Explanation("No OpenID provider has this name or id.", "`mcm oidc list` shows all."),
    "oidc_token_refused": Explanation(
        "The OpenID provider's answer does not prove who signed in: wrong signature, audience, login or time.",
        "Start the login again. If it stays: compare client id, secret, redirect URI and both clocks.",
    ),
    "oidc_unavailable": Explanation(
        "The OpenID provider does not answer, or not as the standard says. Other ways to sign in are not affected.",
        "Sign in with a local account; administrators: `mcm oidc check NAME` says what is wrong.",
    ),
    "operation_not_found": Explanation(
        "No operation has this id, or it is not one you may see.",
        "`mcm operation list` shows those there are.",
    ),
    "operation_not_open": Explanation(
        "The operation has ended, or the cloud has it already.",
        "`mcm operation show ID` says how it stands.",
    ),
    "operation_running": Explanation(
        "Another operation is under way on the resource: one at a time.",
        "Wait for it, or cancel it while it is queued.",
    ),
    "other_cloud": Explanation(
        "The credentials now lead to another cloud than when the account was added.",
        "If that is meant, remove the account and add it again: mixing two clouds in one account would lose both.",
    ),
    "own_plan": Explanation(
        "Whoever asked for a plan cannot approve or reject it.",
        "Ask somebody else who has the role approver.",
    ),
    "paused": Explanation("The account is paused.", "`mcm account resume NAME`."),
    "permission_denied": Explanation(
        "The credentials work but lack a right; that kind is not read and keeps its last good state.",
        "Grant the permission the message names; the provider's README lists the least that is needed.",
    ),
    "plan_hash_differs": Explanation(
        "The hash is not that of the plan: somebody looked at something else than what would be applied.",
        "`mcm plan show ID` shows the plan and its hash.",
    ),
    "plan_not_found": Explanation(
        "No plan has this id, or not all of its resources are among those you may see.",
        "`mcm plan list` shows those there are.",
    ),
    "plan_not_open": Explanation(
        "The plan has ended, was used, or stands where this cannot be done; details.status says where.",
        "`mcm plan show ID`; make a new plan where it has ended.",
    ),
    "plan_stale": Explanation(
        "Targets have changed since the plan was made, so it is not what was looked at any more.",
        "`mcm plan show ID` lists what changed; make a new plan.",
    ),
    "precondition_failed": Explanation("It was changed since it was read.", "Read it again and repeat the change."),
    "protected": Explanation(
        "The resource is protected: nothing in mcm destroys it.",
        "Take the protection off first, if you may.",
    ),
    "provider_error": Explanation("A cloud failed in an unforeseen way.", "See the server's log."),
    "provider_not_installed": Explanation(
        "The Python package through which this provider speaks to its cloud is missing.",
        "Install the extra that the message names, then restart mcm.",
    ),
    "quota_exceeded": Explanation(
        "There is no room left: a limit of the tenant, or of one above it, counts what lives and what is reserved.",
        "`mcm quota show TENANT` shows both; remove something, or raise the limit that the message names.",
    ),
    "quota_unpriced": Explanation(
        "A limit of money per month holds, and what is asked for has no price, or none in the limit's currency.",
        "Give it one, as the message says: a price list, a rate card or an exchange rate; or lift the limit.",
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
    "read_only": Explanation(
        "This database came out of a copy or a backup. Until a person confirms that the original has ended, nothing is "
        "changed and no cloud is read; what is stored can be looked at.",
        "Make sure that the original has ended, then `mcm db confirm`.",
    ),
    "recycle_first": Explanation(
        "The account keeps what is deleted for some days: an instance goes by way of the recycle bin.",
        "`mcm recycle put ID`; there `mcm recycle delete ID` deletes it at once.",
    ),
    "recycled_not_found": Explanation(
        "Nothing in the recycle bin has this id.",
        "`mcm recycle list` shows what there is.",
    ),
    "region_not_listed": Explanation(
        "The cloud no longer lists the region.", "Check the account's rights and regions."
    ),
    "reservation_ended": Explanation(
        "The reservation was released or committed, or its time is over.", "Reserve anew."
    ),
    "reservation_not_found": Explanation("No reservation has this id.", "Reserve anew."),
    "resource_not_found": Explanation(
        "No resource has this id; what is gone is kept for the tombstones' time only.", "`mcm resource list` shows ids."
    ),
    "retirement_not_found": Explanation(
        "The resource has no date of retirement.",
        "Nothing: it does not retire.",
    ),
    "role_binding_not_found": Explanation(
        "No role binding has this id.",
        "`mcm role list` shows those there are.",
    ),
    "run_not_found": Explanation("No read has this id.", "`mcm sync runs` shows them."),
    "schedule_exists": Explanation(
        "The name belongs to a schedule of somebody else.",
        "Choose another name.",
    ),
    "schedule_not_found": Explanation(
        "No schedule has this name, or it is not one you may see.",
        "`mcm schedule list` shows those there are.",
    ),
    "scope_not_found": Explanation("No scope has this id.", "`mcm account show NAME -o wide` shows them."),
    "stale_version": Explanation(
        "The resource's own fields were changed since they were read.", "Read it again and repeat the change."
    ),
    "state_changed": Explanation(
        "The resource is in another state now than when the action was asked for; nothing was sent.",
        "Bring it into a state for it, then ask again.",
    ),
    "target_changed": Explanation(
        "One target of a plan changed while the plan was being applied; it was left, the others went on.",
        "Look at it, and make a new plan or ask for it alone.",
    ),
    "target_gone": Explanation(
        "The cloud says that the resource no longer exists; nothing was sent.",
        "Nothing: the inventory knows it now.",
    ),
    "too_many_requests": Explanation(
        "One user, token or source asks more often than mcm answers; exports and logins count more.",
        "Wait as long as Retry-After says. Administrators: MCM_REQUESTS_PER_SECOND.",
    ),
    "tenant_exists": Explanation("Another tenant at this place has the name.", "Choose another name."),
    "tenant_not_empty": Explanation(
        "Something still belongs to the tenant; details.holds says what.", "Move or remove it first."
    ),
    "tenant_not_found": Explanation(
        "No tenant that you may see has this id, path or name.", "`mcm tenant list` shows those there are."
    ),
    "too_large": Explanation("The request body is too large.", "Send less at once."),
    "too_many_streams": Explanation(
        "One caller, or all together, follow events in as many streams as are allowed.",
        "End one, or raise MCM_EVENT_STREAMS_EACH or MCM_EVENT_STREAMS.",
    ),
    "too_many_views": Explanation(
        "One person keeps at most 200 saved views.",
        "`mcm view list`, then `mcm view delete` for one that is not needed any more.",
    ),
    "unavailable": Explanation(
        "mcm cannot do this now: the database is busy, full, read-only or has another schema. Reads may still work.",
        "The message names the cause; `mcm doctor` checks all of them.",
    ),
    "undo_impossible": Explanation("What the read removed can no longer be brought back.", "Restore a backup."),
    "unexpected_response": Explanation(
        "The cloud's answer is not what its API promises: cut, garbled, a web page. Nothing in it was used.",
        "Look for a proxy or load balancer in between; repeat the read.",
    ),
    "unknown_action": Explanation(
        "There is no such action.",
        "GET /api/v1/actions lists all.",
    ),
    "unreachable": Explanation(
        "The cloud gave no usable answer in time: refused, TLS, name, timeout, 5xx. The last good state stays.",
        "Check URL, network, proxy and certificate (`ca_file`); `mcm account check NAME` tries again.",
    ),
    "vault": Explanation(
        "Secrets cannot be opened: the master key is missing, is another one, or a value was altered.",
        "Put the right key file in place (MCM_MASTER_KEY_FILE): until then nothing can be changed. A single value that "
        "was altered is entered again.",
    ),
    "view_exists": Explanation(
        "The caller has a saved view of this name already.",
        "Replace it, or choose another name.",
    ),
    "view_not_found": Explanation(
        "No saved view has this id, or it is somebody else's and not shared with the caller.",
        "`mcm view list` shows those there are.",
    ),
    "wrong_host": Explanation("The Host header names another machine.", "Use the address the server printed."),
}
