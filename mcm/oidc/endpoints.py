"""Signing in at an organisation's own OpenID provider. Over HTTP."""

from fastapi import APIRouter

router = APIRouter(tags=["oidc"])
