"""Who pays: cost is shared by rules, reported, held against budgets, forecast and watched for what is odd."""
