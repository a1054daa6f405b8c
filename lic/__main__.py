"""`lic` and `python -m lic`."""


def main() -> None:
    """Run the command line."""
    from lic.cli.main import app

    app()


if __name__ == "__main__":
    main()
