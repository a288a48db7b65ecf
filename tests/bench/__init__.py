"""The benchmark: ratios against a floor taken in the same run, as machines are noisy. `make bench`."""
