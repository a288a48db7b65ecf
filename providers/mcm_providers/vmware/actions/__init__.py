"""What can be asked of vSphere, by family; `table.py` leads there."""
