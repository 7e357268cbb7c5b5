"""`privacy sites`: the websites that embed the banner, and what they show."""

import json
from pathlib import Path
from typing import Any

import click
import yaml
from sqlalchemy.orm import Session

from privacy.cli.process import as_json, controller_option, opened_for, tell
from privacy.consent import vouching
from privacy.consent.moving import cookies
from privacy.consent.moving.cookies import Mapped
from privacy.errors import InvalidError, NotFoundError
from privacy.policy import queries as policy
from privacy.purposes import acts, publishing
from privacy.purposes import queries as purposes
from privacy.purposes.models import Controller, Site
from privacy.runtime import Runtime
from privacy.web.banner import script

ACTOR = "system"


@click.group()
def sites() -> None:
    """The websites that embed the banner."""


@sites.command("add")
@click.option("--name", required=True, help="What colleagues call it.")
@click.option("--origin", "origins", multiple=True, required=True, help="Such as https://a.fr")
@click.option("--purpose", "codes", multiple=True, required=True, help="Code of a purpose.")
@controller_option
@as_json
def add(
    name: str,
    origins: tuple[str, ...],
    codes: tuple[str, ...],
    controller: str | None,
    *,
    as_json: bool,
) -> None:
    """Register a website, publish what its banner shows, and print the line to embed."""
    with opened_for(controller) as (runtime, owner):
        at = runtime.clock()
        with runtime.database.transaction() as session:
            site = acts.register_site(
                session,
                actor=ACTOR,
                at=at,
                controller_id=owner.id,
                facts=acts.SiteFacts(name, [clean(one) for one in origins], codes),
            )
            _publish(runtime, session, site)
        tag = f'<script src="{runtime.settings.public_url}/banner/{site.key}.js" async></script>'
    tell(as_json, {"site": site.key, "tag": tag}, tag)


@sites.command("tags")
@click.argument("key")
@click.option("--lang", "language", help="Fix the language, such as fr; else the browser's.")
@controller_option
@as_json
def tags(key: str, language: str | None, controller: str | None, *, as_json: bool) -> None:
    """Print every way to embed the banner of a site: short, pinned, and drawn by its server."""
    with opened_for(controller) as (runtime, owner):
        site = _owned(runtime, owner, key)
        service = runtime.settings.public_url
    ways = dict(script.embed_tags(site=site, service_url=service, language=language))
    tell(as_json, {"site": key, "tags": ways}, *(f"{kind:6}  {way}" for kind, way in ways.items()))


@sites.command("publish")
@controller_option
@as_json
def publish(controller: str | None, *, as_json: bool) -> None:
    """Publish the notices of every site again: after a change of a purpose, or an upgrade."""
    with opened_for(controller) as (runtime, owner):
        known = _sites(runtime, owner)
        with runtime.database.transaction() as session:
            found = {site.key: _publish(runtime, session, session.merge(site)) for site in known}
            missing = {site.key: _missing(session, site) for site in known}
    lines = [
        line
        for key, digests in found.items()
        for line in (f"{key}  {', '.join(digests)}", *_lacks(missing[key]))
    ]
    tell(as_json, {"sites": found, "missing": missing}, *lines)


@sites.command("secret")
@click.argument("key")
@controller_option
@as_json
def secret(key: str, controller: str | None, *, as_json: bool) -> None:
    """Make a new secret by which a site says who is signed in; it is printed once.

    The secret before works for another day, so that the site can be changed over.
    """
    with opened_for(controller) as (runtime, owner):
        known = _owned(runtime, owner, key)
        with runtime.database.transaction() as session:
            site = session.merge(known)
            made = vouching.issue_secret(
                session, actor=ACTOR, at=runtime.clock(), cabinet=runtime.cabinet, site=site
            )
    tell(as_json, {"site": key, "secret": made}, made)


@sites.command("move")
@click.argument("key")
@click.option("--from", "tool", type=click.Choice(sorted(cookies.READERS)), help="The banner.")
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What its words mean here (YAML or JSON; see docs/operations.md).",
)
@click.option("--stop", is_flag=True, help="Take over no more choices.")
@controller_option
@as_json
def move(
    key: str,
    *,
    tool: str | None,
    mapping: Path | None,
    stop: bool,
    controller: str | None,
    as_json: bool,
) -> None:
    """Let visitors bring what they answered in another banner, where it is proven.

    Prints the tag that stands in the place of the banner's until nobody has such a cookie.
    """
    moves = None if stop else _moves(tool, mapping)
    with opened_for(controller) as (runtime, owner):
        known = _owned(runtime, owner, key)
        with runtime.database.transaction() as session:
            site = session.merge(known)
            acts.take_over(session, actor=ACTOR, at=runtime.clock(), site=site, moves=moves)
        ways = dict(script.embed_tags(site=site, service_url=runtime.settings.public_url))
    tag = ways["short" if stop else "move"]
    tell(as_json, {"site": key, "tag": tag}, tag)


@sites.command("list")
@controller_option
@as_json
def list_command(controller: str | None, *, as_json: bool) -> None:
    """Name every site with its key, its origins and its purposes."""
    with opened_for(controller) as (runtime, owner):
        known = _sites(runtime, owner)
    facts = {
        site.key: {"name": site.name, "origins": site.origins, "purposes": site.purposes}
        for site in known
    }
    lines = [
        f"{site.key}  {site.name}  {' '.join(site.origins)}  {','.join(site.purposes)}"
        for site in known
    ]
    tell(as_json, facts, *lines)


def clean(origin: str) -> str:
    """Return an origin as browsers send it: lower case, without a slash at its end."""
    return origin.strip().lower().rstrip("/")


def _sites(runtime: Runtime, owner: Controller) -> list[Site]:
    with runtime.database.reading() as session:
        return list(purposes.sites(session, controller_id=owner.id))


def _moves(tool: str | None, mapping: Path | None) -> dict[str, Any]:
    """Return from where and how choices are taken over; raise InvalidError for what cannot be."""
    if tool is None or mapping is None:
        raise InvalidError("Say by --from which banner it was, and by --mapping what it meant.")
    try:
        told = yaml.safe_load(mapping.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InvalidError("The mapping is neither YAML nor JSON.") from error
    Mapped.read(told)
    return {"tool": tool, "mapping": json.loads(json.dumps(told, default=str))}


def _owned(runtime: Runtime, owner: Controller, key: str) -> Site:
    """Return the site of a key; raise NotFoundError unless it is this controller's."""
    with runtime.database.reading() as session:
        site = purposes.site_by_key(session, key)
    if site.controller_id != owner.id:
        raise NotFoundError("This site key is not known; copy it again from the console.")
    return site


def _publish(runtime: Runtime, session: Session, site: Site) -> dict[str, str]:
    at = runtime.clock()
    period = policy.value_at(session, key="cookie.choice", at=at).value
    banner = script.worded(period)
    return publishing.publish_notices(session, actor=ACTOR, at=at, site=site, banner=banner)


def _missing(session: Session, site: Site) -> dict[str, list[str]]:
    """Return the languages of the banner that a site does not show, and what they lack."""
    missing = purposes.missing_texts(session, site=site)
    return {language: codes for language, codes in missing.items() if language in script.LANGUAGES}


def _lacks(missing: dict[str, list[str]]) -> list[str]:
    return [
        f"  {language} is not shown: {', '.join(codes)}" for language, codes in missing.items()
    ]
