"""The notices room: webhooks and mail for what went wrong or waits for somebody."""
