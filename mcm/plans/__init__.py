"""Looking before leaping: plans with an approval, limits on what may be destroyed, the recycle bin, retirement."""
