"""Users, roles, sessions and tokens over HTTP; the pages that people need to sign in."""

from fastapi import APIRouter

from mcm.edge.mounting import mount
from mcm.identity.auth_endpoints import router as auth
from mcm.identity.device_endpoints import router as devices
from mcm.identity.own_endpoints import router as own
from mcm.identity.page_endpoints import router as pages
from mcm.identity.role_endpoints import router as roles
from mcm.identity.security_endpoints import router as security
from mcm.identity.token_endpoints import router as tokens
from mcm.identity.user_endpoints import router as users

__all__ = ["pages", "router"]

router = APIRouter(tags=["identity"])
mount(pages, security)
for part in (auth, own, users, roles, tokens, devices):
    mount(router, part)
