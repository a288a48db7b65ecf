"""The demonstration's clouds: three simulated ones and, where its emulator is installed, an AWS account."""
