"""The console of the same fictional shop, page by page."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from privacy.audit.faults import Fault, Kind
from privacy.consent.statistics import Count, Unit
from privacy.operators.roles import MATRIX, Permission, Role
from privacy.purposes import csp
from privacy.purposes.changes import Change, Line, Part
from privacy.requests.annexes import AgeBand, Capacity, QuestionKind
from privacy.requests.intake import bulk
from privacy.requests.intake.taking_in import Verification
from privacy.stores.definition import Waiver
from privacy.stores.terms import EndReason
from privacy.web.banner import script
from privacy.web.console.consents.statistics import chart
from privacy.web.console.requests.taking import CHANNELS, FURTHER, KINDS
from tests.pages.portal_cases import CONTROLLER, REQUEST_ID, TODAY, at, request
from tests.pages.preview import Case

PATH = "/console/"
OPERATOR = {
    "id": UUID("019b7c00-0000-7000-8000-0000000000d1"),
    "name": "Inès Fontaine",
    "email": "ines.fontaine@maison-lumen.example",
    "roles": [Role.DPO],
}
BASE = {"controller": CONTROLLER, "operator": OPERATOR, "may": MATRIX[Role.DPO], "today": TODAY}
UNASKED: dict[str, Any] = {
    "questions": [],
    "transfer": None,
    "undecided": 0,
    "askable": list(QuestionKind),
    "in_time_until": date(2026, 3, 27),
    "first_question": "Merci de nous donner votre numéro de client.",
    "others": [],
    "acting": None,
    "may_ask": False,
    "shown_by": "text-link",
    "letters": [],
}
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def console_cases() -> Iterator[Case]:
    """Yield every page that an operator may meet."""
    for name, template, context in _all():
        yield Case(f"console-{name}", f"console/{template}.html", {**BASE, **context}, PATH)


Page = tuple[str, str, dict[str, Any]]


def _all() -> Iterator[Page]:
    blank: dict[str, Any] = {"values": {}, "errors": {}, "next": None}
    yield "sign-in", "sign_in", blank
    failed = {"values": {"email": OPERATOR["email"]}, "errors": {"sign_in": "sign_in.failed"}}
    yield "sign-in-failed", "sign_in", {**failed, "next": "/console/audit"}
    yield from _boards()
    yield from _details()
    yield from _logs()
    yield from _stores()
    yield from _consents()
    yield from _statistics()
    yield from _takings()
    yield from _sites()
    yield "roles", "roles", {**_team(), "operators": _operators()}
    yield "roles-empty", "roles", {**_team(), "operators": []}
    yield "account", "account", {"errors": {}, "flash": "password_changed"}
    wrong = {"current": "password.wrong", "again": "password.different"}
    yield "account-faults", "account", {"errors": wrong}


def _sites() -> Iterator[Page]:
    site = {"key": "s1", "name": "Boutique", "origins": ["https://boutique.example"]}
    stopped = {"directive": "script-src", "blocked": "https://pixel.example", "page": "/panier",
               "count": 1204, "last_at": at(19)}  # fmt: skip
    languages = ["de", "en", "fr"]
    yield "sites", "sites", {"sites": [{**site, "languages": languages, "stopped": 1204}]}
    yield "sites-empty", "sites", {"sites": []}
    purpose = {"code": "social_sharing", "title": "Vidéos", "basis": "consent"}
    details = [{"vendors": [{"name": "Vidéo Fictive", "hosts": ["video.example"]}]}]
    service = "https://privacy.example"
    policy = csp.policy(details, service=service, report_to=f"{service}/banner/csp/s1")
    tag = f'<script src="{service}/banner/s1.js" async></script>'
    full = {
        "site": {**site, "notices": dict.fromkeys(languages, "")},
        "purposes": [{**purpose, "vendors": ["Vidéo Fictive"]}],
        "missing": {"ar": ["social_sharing"]},
        "tags": [(kind, tag) for kind in ("short", "pinned", "drawn", "style", "move")],
        "headers": csp.headers(policy),
        "unplaced": ["Régie Fictive"],
        "undescribed": ["Vidéo Fictive"],
        "reports": [stopped],
    }
    yield "site", "site_detail", full
    yield (
        "site-quiet",
        "site_detail",
        {**full, "missing": {}, "unplaced": [], "undescribed": [], "reports": []},
    )
    yield from _publishings()


def _publishings() -> Iterator[Page]:
    words = {**script.texts("fr"), "note": "Votre choix vaut 184 jours."}
    purposes = [{"title": "Vidéos", "summary": "boutons et contenus de tiers."}]
    old = {"title": words["title"], "note": "…"}
    lines = (
        Line(Part.TEXT, "title", "", "Vos cookies", old["title"]),
        Line(Part.PURPOSE, "social_sharing", "version", "1", "2"),
        Line(Part.FRAME, "script", "", "a" * 64, "b" * 64),
    )
    asks = Change("fr", "a" * 64, "b" * 64, asks_again=True, lines=lines)
    new = Change("de", "", "c" * 64, asks_again=False, lines=())
    goes = Change("ar", "d" * 64, "", asks_again=False, lines=())
    full: dict[str, Any] = {
        "site": {"key": "s1", "name": "Boutique"},
        "spoken": "fr",
        "readable": ["de", "fr"],
        "layer": {"texts": words, "purposes": purposes, "exempt": []},
        "changes": [asks, new, goes],
        "detail": asks,
        "asks_again": True,
        "first": False,
        "read": EMPTY,
        "errors": {"read": "read.stale"},
    }
    yield "publishing", "site_publish", full
    same: dict[str, Any] = {"changes": [], "detail": None, "asks_again": False, "errors": {}}
    yield "publishing-same", "site_publish", {**full, **same}
    none: dict[str, Any] = {"readable": [], "spoken": "", "layer": None}
    yield "publishing-unspoken", "site_publish", {**full, **same, **none}


def _takings() -> Iterator[Page]:
    form = {"channels": CHANNELS, "verifications": tuple(Verification), "further": FURTHER,
            "kinds": KINDS, "capacities": tuple(Capacity),
            "age_bands": tuple(AgeBand)}  # fmt: skip
    fresh = {"values": {"received_on": "2026-03-20"}, "errors": {}}
    yield "taking", "request_new", {**form, **fresh}
    yield from _imports()
    acting = {"capacity": "parent", "acting_name": "Dominique Vasseur"}
    absent = {"acting_email": "acting_email.invalid", "age_band": "age_band.missing"}
    yield "taking-acting", "request_new", {**form, "values": acting, "errors": absent}
    missing = {name: f"{name}.missing" for name in ("email", "channel", "verification")}
    wrong = {**missing, "phone": "number.invalid", "received_on": "received_on.invalid"}
    yield "taking-faults", "request_new", {**form, "values": {"phone": "x"}, "errors": wrong}


def _boards() -> Iterator[Page]:
    due = (-3, 0, 1, 9, 18, 40)
    states = ("open", "open", "approved", "open", "submitted", "open")
    rows = [
        request(
            state,
            id=UUID(int=REQUEST_ID.int + 7919 * n),
            legal_latest_on=TODAY + timedelta(days=days),
            extended_at=at(12) if days > 30 else None,
            subject_id=None if state == "submitted" else UUID(int=10**30 + 77 * n),
        )
        for n, (days, state) in enumerate(zip(due, states, strict=True))
    ]
    rows.append(request("completed", closed_at=at(17)))
    counts = [("open", 4), ("approved", 1), ("submitted", 1), ("completed", 1204)]
    near = [("late", 1), ("d-2", 1), ("d-10", 2), ("ok", 2)]
    board: dict[str, Any] = {
        "states": counts,
        "state": None,
        "due": near,
        "standing": set(),
        "failing": set(),
    }
    halted = {"standing": {rows[0].get("id")}, "failing": {rows[4].get("id")},
              "undecided": {rows[1].get("id")}}  # fmt: skip
    yield "board", "requests", {**board, **halted, "requests": rows, "flash": "approved"}
    yield "board-empty", "requests", {**board, "states": [], "due": [], "requests": []}
    yield "board-filtered", "requests", {**board, "requests": [], "state": "approved"}


def _details() -> Iterator[Page]:
    open_now = {
        "subject_request": request("open"),
        "email": "camille.vasseur@exemple.fr",
        "reason": None,
        "tasks": [],
        "titles": {"shop": "Boutique en ligne", "loyalty": "Fidélité"},
        "timeline": [
            {"at": at(5), "action": "request.submitted", "actor": "subject"},
            {"at": at(5, 9, 31), "action": "request.verified", "actor": "subject"},
        ],
        "can": {"approve", "refuse", "extend", "ask"},
        **UNASKED,
        "form": None,
        "errors": {},
        "values": {},
    }
    yield "request-open", "request_detail", open_now
    yield from _asked(open_now)
    missing = {"ground": "ground.missing", "refuse-reason": "reason.missing"}
    yield "request-undecided", "request_detail", {**open_now, "undecided": 2}
    yield "request-faults", "request_detail", {**open_now, "form": "refuse", "errors": missing}
    agent: dict[str, Any] = {"can": set(), "email": None, "may": MATRIX[Role.AGENT]}
    yield "request-agent", "request_detail", {**open_now, **agent}
    waiting = {"can": set(), "subject_request": request("submitted", subject_id=None)}
    yield "request-submitted", "request_detail", {**open_now, **waiting}
    yield "request-approved", "request_detail", {**open_now, **_searched()}
    why = {"reason": "Demande identique à celle du 2 mars.", "can": set()}
    refused = request("refused", closed_at=at(17))
    yield "request-refused", "request_detail", {**open_now, **why, "subject_request": refused}


def _imports() -> Iterator[Page]:
    blank: dict[str, Any] = {
        "columns": bulk.COLUMNS,
        "kinds": bulk.IMPORTABLE,
        "verifications": tuple(Verification),
        "verification": None,
        "errors": {},
        "faults": {},
    }
    yield "import", "request_import", blank
    wrong = [bulk.Fault(3, "email"), bulk.Fault(12, "twice", 4), bulk.Fault(12, "kind")]
    errors = {"file": "file.missing", "verification": "verification.missing"}
    yield "import-faults", "request_import", {**blank, "faults": wrong, "errors": errors}
    yield "imported", "import_done", {"taken": 480, "known": 20}
    address = "https://privacy.example/console/calendar/k3v0t2Jm5nQe8rYw1xZs4uLp7aBd0cFg.ics"
    yield "calendar", "calendar", {"address": None, "made_at": None}
    yield "calendar-made", "calendar", {"address": address, "made_at": at(20)}
    yield "calendar-known", "calendar", {"address": None, "made_at": at(12)}


def _asked(shown: dict[str, Any]) -> Iterator[Page]:
    """Yield a request whose subject is asked, waits, has answered, or asked the same before."""
    wrong = {"kind": "question_kind.missing", "ask-doubt": "reason.missing"}
    late = {"in_time_until": date(2026, 3, 12), "form": "ask", "errors": wrong}
    yield "request-asking", "request_detail", {**shown, **late}
    row = {
        "kind": "identity",
        "asked_on": date(2026, 3, 9),
        "answer_by_on": date(2026, 4, 8),
        "counts": True,
        "answered_at": None,
        "ended_on": None,
    }
    question: dict[str, Any] = {
        "row": row,
        "doubt": "Deux comptes portent le même nom et la même adresse postale.",
        "words": "Quelle est la date et le montant d’une commande récente ?",
        "override": "",
        "answer": "",
        "claim": None,
    }
    waits = {"subject_request": request("paused"), "can": {"resume", "refuse"}, "askable": []}
    wanted = {"url": "https://autre.example/recevoir", "state": "", "status": ""}
    port = {"subject_request": request("open", kind="portability"), "can": {"approve", "refuse"}}
    yield "request-transfer", "request_detail", {**shown, **port, "transfer": wanted}
    failed = wanted | {"state": "failed", "status": "http-503"}
    yield "request-transferred", "request_detail", {**shown, **port, "transfer": failed}
    right = {"subject_request": request("open", kind="rectification"), "can": {"rectify"}}
    yield "request-rectification", "request_detail", {**shown, **right}
    yield "request-paused", "request_detail", {**shown, **waits, "questions": [question]}
    given = {"answer": "Le 3 février, 84,90 €.", "override": "Doute apparu le 8 mars seulement."}
    claim = {"kind": "customer_number", "value": "C-1042"}
    answered = {
        **question,
        **given,
        "claim": claim,
        "row": {**row, "answered_at": at(12), "ended_on": TODAY},
    }
    yield "request-answered", "request_detail", {**shown, "questions": [answered]}
    before = [
        (request(state, id=UUID(int=REQUEST_ID.int - 7 * n)), n == 1)
        for n, state in ((1, "approved"), (2, "completed"))
    ]
    yield "request-again", "request_detail", {**shown, "others": before}
    yield from (*_acting(shown), *_letters(shown))
    into = request("merged", closed_at=at(17), merged_into=UUID(int=REQUEST_ID.int - 7))
    closed = {"subject_request": into, "can": set()}
    yield "request-merged", "request_detail", {**shown, **closed}


def _letters(shown: dict[str, Any]) -> Iterator[Page]:
    """Yield a request whose letters a person posts, and one of them."""
    waits = {"row": {"id": UUID(int=7), "created_at": at(6)}}
    yield "request-letters", "request_detail", {**shown, "email": None, "letters": [waits]}
    words = [
        "Bonjour,",
        "",
        "Votre demande est confirmée. Vous aurez une réponse au plus tard le 7 avril 2026.",
        "Vous pouvez suivre son avancement ici :",
        "https://privacy.example/portal/maison-lumen/status/k3v0t2Jm5nQe8rYw1xZs4uLp7aBd0cFg",
    ]
    letter = {"message_id": UUID(int=7), "written_at": at(6), "language_of": "fr"}
    said = {"subject": "Votre demande à Maison Lumen est enregistrée", "lines": words}
    yield "letter", "letter", {"subject_request": request("open"), **letter, **said}


def _acting(shown: dict[str, Any]) -> Iterator[Page]:
    """Yield a request that somebody made for its subject."""
    mandate = {
        "capacity": "parent",
        "age_band": "15_17",
        "until_on": date(2026, 12, 31),
        "checked_at": None,
        "asked_at": None,
        "agreed": None,
    }
    parent: dict[str, Any] = {
        "row": mandate,
        "name": "Dominique Vasseur",
        "email": "dominique.vasseur@exemple.fr",
        "proof": "Livret de famille montré au guichet le 4 mars.",
        "subject_name": "",
        "claims": (),
        "words": "",
    }
    yield "request-acting", "request_detail", {**shown, "acting": parent}
    checked = {**parent, "row": {**mandate, "checked_at": at(9)}}
    yield "request-acting-checked", "request_detail", {**shown, "acting": checked}
    said = {
        "subject_name": "Camille Durand",
        "words": "Mandat signé le 2 mars, pour obtenir une copie de ses données.",
        "claims": [{"kind": "email", "value": "camille.durand@exemple.fr"}],
    }
    asked = {**mandate, "asked_at": at(6), "replied_at": at(7), "agreed": True}
    agent = {**parent, **said, "proof": "", "row": {**asked, "capacity": "mandate"}}
    yield "request-acting-agreed", "request_detail", {**shown, "acting": agent}
    silent = {**parent, **said, "row": {**mandate, "agreed": None}}
    yield "request-acting-ask", "request_detail", {**shown, "acting": silent, "may_ask": True}


def _searched() -> dict[str, Any]:
    tasks = [
        ("consent", "found", 6, "", at(9), None),
        ("shop", "found", 1214, "", at(9), None),
        ("loyalty", "failed", 0, "unavailable", at(9), None),
        ("tickets", "failed", 0, "unavailable", at(9), at(10)),
        ("archive", "not_searched", 0, "no-path", at(9), None),
        ("newsletter", "owed", 0, "", None, None),
    ]
    names = ("store_name", "state", "found", "detail", "finished_at", "waived_at")
    later = request("approved", extended_at=at(8), legal_latest_on=date(2026, 6, 5))
    return {
        "subject_request": {**later, "target_on": date(2026, 6, 5)},
        "tasks": [dict(zip(names, task, strict=True)) for task in tasks],
        "reason": "Trois archives anciennes à relire.",
        "can": {"waive"},
        "timeline": [
            {"at": at(5), "action": "request.submitted", "actor": "subject"},
            {"at": at(8), "action": "request.extended", "actor": f"operator:{OPERATOR['id']}"},
            {
                "at": at(9),
                "action": "request.store-searched",
                "actor": "job:fulfil",
                "note": "shop",
            },
            {"at": at(9), "action": "room.new-act", "actor": "system"},
        ],
    }


def _logs() -> Iterator[Page]:
    log = {
        "entries": _entries(),
        "actions": ["consent.recorded", "request.approved", "request.submitted"],
        "filters": {},
        "errors": {},
        "newer": None,
        "older": 1180,
        "checkpoint": {
            "size": 1204,
            "root": EMPTY,
            "signed_at": at(20, 8, 2),
            "key": "maison-lumen.example/audit+8f2c61d0",
        },
        "pending": 1,
        "verdict": None,
    }
    yield "audit", "audit", log
    good = {"good": True, "entries": 1204, "at": at(20, 8, 5), "faults": []}
    yield "audit-good", "audit", {**log, "verdict": good}
    faults = [
        Fault(1202, Kind.ALTERED, {"entry": 1202}),
        Fault(None, Kind.TILES_LEFT),
    ]
    bad = {"good": False, "entries": 1204, "at": at(20, 8, 5), "faults": faults}
    yield "audit-bad", "audit", {**log, "verdict": bad}
    nothing: dict[str, Any] = {
        "entries": [],
        "older": None,
        "checkpoint": None,
        "filters": {"actor": "job:seal"},
    }
    yield "audit-empty", "audit", {**log, **nothing, "errors": {"filter": "filter.invalid"}}


def _entries() -> list[dict[str, Any]]:
    lines = [
        (None, "request.approved", f"operator:{OPERATOR['id']}", "Inès Fontaine"),
        (1203, "operator.signed-in", f"operator:{OPERATOR['id']}", "Inès Fontaine"),
        (1202, "request.verified", "subject", None),
        (1201, "consent.recorded", "subject", None),
        (1200, "store.checked", "job:check-stores", None),
    ]
    return [
        {
            "index": index,
            "at": at(20, 8, 1),
            "action": action,
            "actor": actor,
            "name": name,
            "subject_id": UUID(int=10**37 + 7) if actor == "subject" else None,
            "details": {"request": str(REQUEST_ID), "due_on": "2026-04-07", "late": False},
            "leaf_hash": EMPTY,
        }
        for index, action, actor, name in lines
    ]


def _stores() -> Iterator[Page]:
    rows = [
        ("consent", "Choix et consentements", "own", True, 1, at(20), True),
        ("shop", "Boutique en ligne", "postgresql", False, 7, at(20), True),
        ("loyalty", "Fidélité", "sqlite", False, 3, at(19), False),
        ("archive", "Archives papier", "manual", False, 1, None, None),
    ]
    names = ("name", "title", "kind", "own", "collections", "checked_at", "good")
    stores = [dict(zip(names, row, strict=True)) for row in rows]
    yield "stores", "stores", {"data_stores": stores, "drafts": []}
    yield "stores-empty", "stores", {"data_stores": [], "drafts": []}
    error = {"error": "could not connect: connection refused", "can": ["read", "erase", "rectify"]}
    collections = {"collections": _collections()}
    yield (
        "store",
        "store_detail",
        {
            "data_store": {**stores[2], **error},
            "waivers": [Waiver("archive", "note", "Vidée en juin", date(2026, 6, 30))],
            "end_reasons": [one.value for one in EndReason],
            **collections,
        },
    )
    bare = {
        "data_store": {**stores[3], "error": None, "can": ["read"]},
        "waivers": [],
        "end_reasons": [],
        "collections": [],
    }
    yield "store-bare", "store_detail", bare


def _collections() -> list[dict[str, Any]]:
    fields = [
        ("email", "Adresse e-mail", "Coordonnées", "email", False),
        ("birth_date", "Date de naissance", "Identité", None, False),
        ("diet", "Régime alimentaire", "Données sensibles", None, True),
    ]
    names = ("name", "title", "category", "identifier", "sensitive")
    described = [dict(zip(names, one, strict=True)) for one in fields]
    links = [{"field": "card_id", "to": "card.id"}]
    return [
        {"name": "member", "title": "Adhérents", "fields": described, "links": links},
        {"name": "movement", "title": "Mouvements", "fields": described[:1], "links": []},
    ]


def _consents() -> Iterator[Page]:
    purposes = [
        {"code": "audience", "title": "Statistiques détaillées", "granted": 8120, "refused": 5043},
        {"code": "ads", "title": "Publicité personnalisée", "granted": 2210, "refused": 10953},
        {"code": "social", "title": "Vidéos et réseaux sociaux", "granted": 0, "refused": 0},
    ]
    answers = [
        {
            "at": at(20, 8, n),
            "title": purposes[n % 2]["title"],
            "granted": n % 2 == 0,
            "site": "maison-lumen.example",
            "method": ("accept_all", "refuse_all", "choices", "gpc")[n],
            "receipt": UUID(int=REQUEST_ID.int + n),
            "leaf": EMPTY,
        }
        for n in range(4)
    ]
    page: dict[str, Any] = {
        "purposes": purposes,
        "latest": answers,
        "receipt": None,
        "found": None,
        "errors": {},
    }
    yield "consents", "consents", page
    found = {
        **answers[0],
        "answers": answers[:2],
        "language": "fr",
        "notice": EMPTY,
        "valid_until": at(20),
    }
    yield "consents-found", "consents", {**page, "receipt": answers[0]["receipt"], "found": found}
    several = {"receipt": answers[0]["receipt"], "errors": {"receipt": "receipt.several"}}
    yield "consents-several", "consents", {**page, **several}
    unknown = {"receipt": "1234", "errors": {"receipt": "receipt.unknown"}}
    yield "consents-unknown", "consents", {**page, **unknown, "latest": [], "purposes": []}


def _statistics() -> Iterator[Page]:
    days = [date(2026, 2, 20) + timedelta(days=n) for n in range(29)]
    counts = [
        Count(day.isoformat(), None, None, None) if n in {3, 17} else
        Count(day.isoformat(), 40 + 7 * n % 31, 60 - n, n % 5)
        for n, day in enumerate(days)
    ]  # fmt: skip
    total = Count("", 1520, 1980, 44)
    blank = [Count(day.isoformat(), 0, 0, 0) for day in days]
    few = [Count(day.isoformat(), None, None, None) for day in days]
    asked = {"since": days[0], "until": days[-1], "unit": Unit.DAY}
    shown: dict[str, Any] = {
        "asked": asked,
        "by": "purpose",
        "site": "",
        "sites": [("pk_lumen", "Maison Lumen")],
        "charts": [
            chart("Statistiques détaillées", counts, total),
            chart("Vidéos et réseaux sociaux", few, Count("", 0, 0, 0)),
            chart("Publicité personnalisée", blank[:1], Count("", 0, 0, 0)),
        ],
        "groups": [{"title": "Statistiques détaillées", "name": "", "count": total}],
        "least": 10,
        "errors": {},
    }
    yield "statistics", "statistics", shown
    two = [
        {"title": "Statistiques détaillées", "name": name, "count": count}
        for name, count in (("français", total), ("anglais", Count("en", None, None, None)))
    ]
    yield "statistics-groups", "statistics", {**shown, "by": "language", "groups": two}
    nothing = {"charts": [], "groups": [], "errors": {"since": "period.invalid"}}
    yield "statistics-empty", "statistics", {**shown, **nothing}


def _team() -> dict[str, Any]:
    return {"matrix": MATRIX, "permissions": list(Permission)}


def _operators() -> list[dict[str, Any]]:
    others = [
        ("Marc Delorme", "marc.delorme@maison-lumen.example", [Role.AGENT], "active"),
        ("Léa Roussel", "lea.roussel@maison-lumen.example", [Role.AGENT, Role.AUDITOR], "closed"),
    ]
    names = ("name", "email", "roles", "state")
    rows = [{"id": None, **dict(zip(names, one, strict=True))} for one in others]
    return [{**OPERATOR, "state": "active"}, *rows]
