"""The contract as a pytest suite that every provider, also one from outside this repository, can run."""
