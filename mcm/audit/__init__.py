"""The record of who did what: written in the transaction of the change it describes, or before a call leaves mcm."""
