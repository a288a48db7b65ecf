"""What the OpenID Connect room refuses."""

from mcm.errors import BadRequest, Conflict, Forbidden, NotFound, Unavailable


class OidcProviderNotFound(NotFound):
    code = "oidc_provider_not_found"


class OidcProviderExists(Conflict):
    code = "oidc_provider_exists"


class OidcUnavailable(Unavailable):
    """The provider does not answer, or not as the standard says. Other ways to sign in are not affected."""

    code = "oidc_unavailable"


class OidcLoginFailed(BadRequest):
    """The browser brought back something that does not belong to a login it began, or that was used before."""

    code = "oidc_login_failed"


class OidcTokenRefused(Forbidden):
    """The provider's answer does not prove who signed in."""

    code = "oidc_token_refused"


class OidcNotAllowed(Forbidden):
    """The person is known to the provider, but mcm lets them not in."""

    code = "oidc_not_allowed"
