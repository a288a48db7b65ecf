"""Users and how they prove who they are: passwords, second factors, sessions, API tokens, links and devices."""
