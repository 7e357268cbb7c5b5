"""Filling the demo once: keys, tables, the register, operators, two fictional data stores."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from privacy.cli.demo import register
from privacy.cli.demo.places import Places
from privacy.cli.demo.register import SignIn
from privacy.cli.demo.stores import loyalty, shop
from privacy.cli.setup import prepare
from privacy.config import Settings
from privacy.operators.roles import Role
from privacy.policy import queries as policy
from privacy.purposes import acts, publishing
from privacy.purposes import queries as purposes
from privacy.purposes.models import Site
from privacy.runtime import Runtime
from privacy.stores import definition_file
from privacy.stores.acts import StoreFacts, register_store
from privacy.subjects.rotation import create_controller_keys
from privacy.web.banner import script

FOLDER = Path(__file__).parent / "stores"
STORES = {"shop": shop.build, "loyalty": loyalty.build}
"""The fictional data stores, by name; each is a database file of its own."""

SUBJECT = "camille.durand@example.fr"
"""A fictional subject who is in every data store of the demo."""


@dataclass(frozen=True)
class Filled:
    """What a newcomer needs to know of the filled demo."""

    slug: str
    site_key: str
    subject_email: str
    sign_ins: Sequence[SignIn]


def fill(places: Places, settings: Settings) -> Filled:
    """Fill what is missing and return what to try; a second run finds everything there."""
    opened = prepare(settings)
    try:
        sign_ins = _read_sign_ins(places) or _fill_once(opened, places)
        site = _renewed_site(opened, places)
    finally:
        opened.database.dispose()
    return Filled(register.CONTROLLER.slug, site.key, SUBJECT, sign_ins)


def _fill_once(opened: Runtime, places: Places) -> list[SignIn]:
    at = opened.clock()
    with opened.database.transaction() as session:
        policy_url = f"{places.shop_url}/confidentialite"
        controller = register.register_controller(session, at=at, policy_url=policy_url)
        create_controller_keys(
            session,
            actor=register.ACTOR,
            at=at,
            cabinet=opened.cabinet,
            controller_id=controller.id,
        )
        register.register_site(
            session, at=at, controller_id=controller.id, origins=_origins(places)
        )
        _register_stores(session, opened, places, controller.id)
        sign_ins = register.add_operators(
            session, at=at, keyring=opened.keyring, controller_id=controller.id
        )
    _write_sign_ins(places, sign_ins)
    return sign_ins


def _register_stores(
    session: Session, opened: Runtime, places: Places, controller_id: UUID
) -> None:
    for name, build in STORES.items():
        build(places.store_file(name))
        register_store(
            session,
            actor=register.ACTOR,
            at=opened.clock(),
            controller_id=controller_id,
            cabinet=opened.cabinet,
            facts=_store_facts(places, name),
        )


def _renewed_site(opened: Runtime, places: Places) -> Site:
    """Let the shop's present origin post, and publish the words of this version's banner."""
    at = opened.clock()
    with opened.database.transaction() as session:
        controller = purposes.controller_by_slug(session, register.CONTROLLER.slug)
        site = purposes.sites(session, controller_id=controller.id)[0]
        acts.allow_origins(
            session, actor=register.ACTOR, at=at, site=site, origins=_origins(places)
        )
        period = policy.value_at(session, key="cookie.choice", at=at).value
        banner = script.worded(period)
        publishing.publish_notices(session, actor=register.ACTOR, at=at, site=site, banner=banner)
    return site


def _store_facts(places: Places, name: str) -> StoreFacts:
    definition = definition_file.from_yaml((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return StoreFacts(f"sqlite:///{places.store_file(name)}", definition)


def _origins(places: Places) -> list[str]:
    return [places.shop_url, f"http://{places.host}:{places.shop_port}"]


def _write_sign_ins(places: Places, sign_ins: Sequence[SignIn]) -> None:
    places.sign_in_file.touch(mode=0o600)
    places.sign_in_file.write_text(json.dumps([asdict(one) for one in sign_ins]))


def _read_sign_ins(places: Places) -> list[SignIn]:
    if not places.sign_in_file.exists():
        return []
    rows = json.loads(places.sign_in_file.read_text())
    return [SignIn(Role(row["role"]), row["email"], row["password"]) for row in rows]
