"""Sealing where a data store is, and the account that may read it."""

from sqlalchemy.orm import Session

from privacy.stores.models import DataStore, StoreDraft, address_context
from privacy.subjects.keys import KeyCabinet


def seal_address(
    session: Session, store: DataStore | StoreDraft, address: str, cabinet: KeyCabinet
) -> None:
    """Keep an address under the controller's key; nothing shows it again."""
    store.address_sealed = cabinet.seal(
        session, address, controller_id=store.controller_id, context=address_context(store)
    )
