"""Servers that replay a made-up cloud of any size as its real API would page it, at next to no processor cost.

They are the floor of the benchmarks and the proof of paging; behaviour beyond listing is left to the emulators.
"""
