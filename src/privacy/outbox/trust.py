"""Which certificates are trusted: those of this machine, read once and when first needed."""

import ssl
from functools import cache


@cache
def usual_tls() -> ssl.SSLContext:
    """Return the context in which this process connects; to read the certificates takes long."""
    return ssl.create_default_context()
