"""The master key: which one is in use, and its rotation. Over HTTP."""

from fastapi import APIRouter

router = APIRouter(tags=["keys"])
