"""``python -m doe`` is ``doe``."""

from doe.commands import process

if __name__ == "__main__":
    process()
