"""What the error codes about people, their doors and their roles mean, and those of the master key."""

from typing import NamedTuple


class Explanation(NamedTuple):
    meaning: str
    remedy: str


OF_PEOPLE: dict[str, Explanation] = {
    "beyond_reach": Explanation(
        "The user or the place is outside of what the caller administers, or the user holds roles that the caller may "
        "not give.",
        "Ask somebody who administers the whole, or who may give these roles.",
    ),
    "code_needed": Explanation(
        "The password is right, and a code of the second factor is needed too.",
        "Send it as `code` with the password; a recovery code does as well.",
    ),
    "confirmation_needed": Explanation(
        "A sensitive act needs a proof of who you are that is less than 15 minutes old.",
        "Send your password to POST /api/v1/auth/confirm, then repeat the request.",
    ),
    "device_denied": Explanation(
        "Somebody signed in refused the command line, or may not come in any more.",
        "Ask them, or start `mcm login` again.",
    ),
    "device_expired": Explanation(
        "Nobody answered within ten minutes, or the code was used already.",
        "Start `mcm login` again.",
    ),
    "device_not_found": Explanation(
        "No command line waits with this code.",
        "Compare it with what the command line shows; it holds for ten minutes.",
    ),
    "device_pending": Explanation(
        "Nobody has answered the command line's question yet.",
        "Nothing: it asks again.",
    ),
    "device_slow_down": Explanation(
        "The command line asks more often than it was told to.",
        "Nothing: it waits longer from now on.",
    ),
    "duties_collide": Explanation(
        "Duties are separated: nobody holds two of system_admin, security_admin and auditor.",
        "Give the role to somebody else, or turn the separation off: `mcm user separation off`.",
    ),
    "foreign_request": Explanation(
        "A change came with a session's cookie, but not from the server's own pages.",
        "Send the csrf_token of GET /api/v1/auth/session as X-CSRF-Token; behind a proxy, set MCM_PUBLIC_URL.",
    ),
    "last_administrator": Explanation(
        "Nobody who may sign in would administer users any more.",
        "Give security_admin in the whole to another user first.",
    ),
    "login_failed": Explanation(
        "The name, the password or the code is not right, or the user may not come in. Which one is not said.",
        "Try again; an administrator can set a new password.",
    ),
    "no_user": Explanation(
        "This is for users with a password, a session or tokens, and the caller is none.",
        "Make a user with `mcm user create NAME`, then `mcm login`.",
    ),
    "not_authenticated": Explanation("mcm does not know who is calling.", "Log in, or send a token."),
    "nothing_lost": Explanation(
        "The master key at hand opens what is stored, so there is nothing to give up.",
        "Nothing; `mcm keys rotate` changes the key.",
    ),
    "password_refused": Explanation(
        "The password is too short, too long, or easy to guess.",
        "Choose several words in a row: 12 to 128 characters.",
    ),
    "passwords_busy": Explanation(
        "As many passwords are being checked as the memory allows; the attempt did not count.",
        "Try again in a few seconds. If it lasts, somebody tries passwords: limit them at the proxy.",
    ),
    "project_not_known": Explanation(
        "Nothing of a project with this id was ever read through the account: mistyped, a name, or not there yet.",
        "`mcm resource list --kind project -c name,native_id` shows ids; `mcm role bind … --unknown-project` binds all "
        "the same.",
    ),
    "session_not_found": Explanation(
        "You have no session with this id; it may have ended.",
        "List your sessions.",
    ),
    "setup_closed": Explanation(
        "The link for the first administrator was used, is older than an hour, or was never given.",
        "Restart `mcm serve` for a new one, or run `mcm user create --admin NAME` beside the database.",
    ),
    "token_not_found": Explanation(
        "No API token has this id.",
        "`mcm token list` shows those there are.",
    ),
    "too_many_attempts": Explanation(
        "Too many attempts failed under this name or from this address; the pause grows with each.",
        "Wait for details.retry_after_s seconds.",
    ),
    "secrets_lost": Explanation(
        "The secrets of the account went with a master key that was lost; it is paused: nothing is done without them.",
        "Enter them again: `mcm account update NAME --secret …`. That resumes it.",
    ),
    "user_exists": Explanation(
        "The name is taken.",
        "Choose another name.",
    ),
    "user_not_found": Explanation(
        "No user has this name or id.",
        "`mcm user list` shows all users.",
    ),
}
