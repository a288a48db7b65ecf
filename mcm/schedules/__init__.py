"""Actions by the calendar: on a filter, in a time zone, with days off, and never on what is stale."""
