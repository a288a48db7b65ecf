"""Many workloads at once: an instant answer, a nearly best one with its gap, and a plan for people to approve."""
