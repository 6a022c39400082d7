"""`python -m loredact`."""

from loredact.cli import run

if __name__ == "__main__":
    run()
