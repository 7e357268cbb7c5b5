"""Files of records in a bucket of an object store that speaks as Amazon S3 does."""

from privacy.stores.connectors.files.reading import FolderStore
from privacy.stores.connectors.s3.address import allowed_hosts, place_of
from privacy.stores.connectors.s3.bucket import Bucket
from privacy.stores.definition import StoreDefinition


class S3Connector(FolderStore):
    """Only reads: an object that somebody else writes meanwhile could be lost by a rewrite."""

    def __init__(self, definition: StoreDefinition, address: str) -> None:
        allowed = allowed_hosts(definition.options)
        super().__init__(definition, Bucket(place_of(address, allowed), allowed))
