"""What the identity room refuses."""

from mcm.errors import BadRequest, Conflict, Forbidden, InvalidInput, McmError, NotAuthenticated, NotFound, Unavailable


class LoginFailed(NotAuthenticated):
    """The same for an unknown name, a wrong password, a wrong code and somebody who may not come in."""

    code = "login_failed"


class CodeNeeded(NotAuthenticated):
    """The password is right, and the user has a second factor."""

    code = "code_needed"


class TooManyAttempts(McmError):
    """details.retry_after_s: when to try again."""

    code = "too_many_attempts"
    status = 429


class PasswordRefused(McmError):
    code = "password_refused"
    status = 422


class PasswordsBusy(Unavailable):
    """As many passwords are being checked as the memory allows. The attempt did not count."""

    code = "passwords_busy"


class UserNotFound(NotFound):
    code = "user_not_found"


class UserExists(Conflict):
    code = "user_exists"


class ProjectNotKnown(InvalidInput):
    """Nothing of it was ever read: mistyped, a name instead of the cloud's id, or not there yet."""

    code = "project_not_known"


class BindingNotFound(NotFound):
    code = "role_binding_not_found"


class DutiesCollide(Conflict):
    """Separation of duties: two roles that nobody may hold together."""

    code = "duties_collide"


class LastAdministrator(Conflict):
    code = "last_administrator"


class BeyondReach(Forbidden):
    """The user holds more than the caller may give or take."""

    code = "beyond_reach"


class TokenNotFound(NotFound):
    code = "token_not_found"


class SessionNotFound(NotFound):
    code = "session_not_found"


class NoUser(Conflict):
    """The local principal and mcm's own jobs have no password, no second factor, no sessions and no tokens."""

    code = "no_user"


class DevicePending(BadRequest):
    code = "device_pending"


class DeviceSlowDown(BadRequest):
    code = "device_slow_down"


class DeviceExpired(BadRequest):
    code = "device_expired"


class DeviceDenied(BadRequest):
    code = "device_denied"


class DeviceNotFound(NotFound):
    code = "device_not_found"


class SetupClosed(Forbidden):
    code = "setup_closed"
