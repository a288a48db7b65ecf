"""Reading the audit trail: list, verify, export, retention. Over HTTP."""

from fastapi import APIRouter

router = APIRouter(tags=["auditlog"])
