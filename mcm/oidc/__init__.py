"""Signing in at an organisation's own OpenID provider."""
