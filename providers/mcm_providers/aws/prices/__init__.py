"""AWS's price list: the bulk offer files, which everybody may read."""
