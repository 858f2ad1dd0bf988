"""How a release is made: Tables → Graph → Report → Candidate → Release. `build` shows all steps on one screen."""
