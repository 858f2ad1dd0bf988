"""The publication described for portals and programs: DCAT-AP 3 catalogue, VoID, metadata score. Pure functions."""
