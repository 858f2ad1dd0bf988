"""The command `atmpgraph`, also as `python -m atmpgraph`.

A worker process imports the module that it was started from: this one, and not the command line.
"""


def main() -> None:
    """Read the command line, and do what it says."""
    from .cli import main as command

    command()


if __name__ == "__main__":
    main()
