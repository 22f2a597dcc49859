"""``python -m doe`` is ``doe``."""

from doe.commands import main

if __name__ == "__main__":
    main()
