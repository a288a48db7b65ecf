"""Apache CloudStack: libcloud's signing and transport, with paging, states and identities of our own."""
