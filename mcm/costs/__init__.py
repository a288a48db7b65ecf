"""What a workload or a selection of instances costs on every location, line by line, each traceable to its price."""
