"""mcm's adapters, one folder for each cloud, all of the same shape. They import `mcm.contract` and nothing else of mcm."""
