"""The one table of conversions between the units things are billed in and the units mcm keeps."""

from decimal import Decimal

HOURS_PER_MONTH = Decimal(730)
SECONDS_PER_HOUR = Decimal(3600)
BYTES_PER_GIB = Decimal(1024**3)
BYTES_PER_GB = Decimal(10**9)
MIB_PER_GIB = Decimal(1024)
# 1 GiB is 7.4 % more than 1 GB.
GB_PER_GIB = BYTES_PER_GIB / BYTES_PER_GB
