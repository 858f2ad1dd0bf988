"""What is in `deploy/`, run by the programs that it is for; and the recipes of docs/operations.md."""
