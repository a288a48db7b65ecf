"""The tests of mcm, in rings: unit, rooms, conformance, providers, architecture, integration, acceptance."""
