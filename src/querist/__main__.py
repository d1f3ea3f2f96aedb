"""``python -m querist``."""

from querist.cli.main import main

if __name__ == "__main__":
    main()
