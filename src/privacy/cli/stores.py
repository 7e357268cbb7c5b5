"""`privacy stores`: register, check and list data stores."""

import click


@click.group()
def stores() -> None:
    """The data stores that are searched."""
