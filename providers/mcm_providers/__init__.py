"""mcm's adapters, one folder for each cloud, all of one shape. They import `mcm.contract` and nothing else of mcm."""
