"""A whole cloud in memory: for demonstrations, tests and load, and the example that other adapters are copied from."""
