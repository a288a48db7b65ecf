"""Users and what they prove themselves with, over HTTP."""

from fastapi import APIRouter

router = APIRouter(tags=["identity"])
