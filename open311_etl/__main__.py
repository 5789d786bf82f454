"""``python -m open311_etl`` is the command ``open311-etl``."""

from open311_etl.cli import main

if __name__ == "__main__":
    main()
