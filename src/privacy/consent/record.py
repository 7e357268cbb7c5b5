"""The consent record and receipt of ISO/IEC TS 27560:2023, in the words of DPV (JSON-LD); pure.

One record for each answer: its parties, its notice, a process for each purpose with data,
recipients, storage and withdrawal, and every event that befell the consent since.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from privacy.audit.form import stamp

CONTEXT = {
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "legal-eu": "https://w3id.org/dpv/legal/eu#",
    "loc": "https://w3id.org/dpv/loc#",
    "pd": "https://w3id.org/dpv/pd#",
    "schema": "https://schema.org/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "privacy": "urn:privacy:ledger:",
}
RECORD = "https://w3id.org/dpv/schema/dpv-27560#record-eu-gdpr"
RECEIPT = "https://w3id.org/dpv/schema/dpv-27560#receipt-eu-gdpr"
RIGHTS = tuple(
    f"eu-gdpr:{one}" for one in ("A7-3", "A15", "A16", "A17", "A18", "A20", "A21", "A77")
)
BASES = {
    "consent": "eu-gdpr:A6-1-a",
    "contract": "eu-gdpr:A6-1-b",
    "legal_obligation": "eu-gdpr:A6-1-c",
    "vital_interests": "eu-gdpr:A6-1-d",
    "public_task": "eu-gdpr:A6-1-e",
    "legitimate_interests": "eu-gdpr:A6-1-f",
}
PURPOSES = {
    "audience": "dpv:ServiceUsageAnalytics", "content_personalisation": "dpv:Personalisation",
    "ads_personalised": "dpv:PersonalisedAdvertising", "ads_geo": "dpv:TargetedAdvertising",
    "ads": "dpv:Advertising", "mk": "dpv:DirectMarketing",
    "profiling_offers": "dpv:PersonalisedBenefits", "partner": "dpv:SellDataToThirdParties",
}  # fmt: skip
"""The DPV purpose for codes that begin so; the longest beginning counts."""
DATA = {
    "email": ("pd:EmailAddress",), "mk_email": ("pd:EmailAddress",),
    "mk_sms": ("pd:TelephoneNumber",), "mk_phone": ("pd:TelephoneNumber",),
    "mk_robocall": ("pd:TelephoneNumber",), "mk_post": ("pd:PhysicalAddress",),
    "": ("pd:DeviceBased", "pd:Tracking"),
}  # fmt: skip
"""The data of purposes whose register entry names none; trackers read the device."""


@dataclass(frozen=True)
class Party:
    """The controller as the register has it."""

    id: UUID
    slug: str
    name: str
    address: str
    email: str
    dpo: str
    url: str
    country: str
    """Two letters (ISO 3166)."""


@dataclass(frozen=True)
class Described:
    """One version of a purpose as the register describes it."""

    code: str
    version: int
    basis: str
    texts: Mapping[str, Mapping[str, str]]
    details: Mapping[str, Any]


@dataclass(frozen=True)
class Receiver:
    """Whom data of some purposes go to."""

    id: UUID
    name: str
    role: str
    country: str
    safeguard: str
    purposes: Sequence[str]


@dataclass(frozen=True)
class Register:
    """What the register says now, and the address under which the subject withdraws."""

    party: Party
    purposes: Mapping[tuple[str, int], Described]
    receivers: Sequence[Receiver]
    address: str


@dataclass(frozen=True)
class Given:
    """One purpose of an answer; `said` orders what befell it."""

    answer_id: UUID
    code: str
    version: int
    granted: bool
    said: datetime
    valid_until: datetime
    method: str


@dataclass(frozen=True)
class Answer:
    """One answer with what was shown, and all that its subject ever said of its purposes."""

    id: UUID
    subject: UUID
    at: datetime
    language: str
    notice: str
    script: str
    """Hash of the banner's code, if a banner showed the notice."""
    scope: str
    site: str
    leaf: bytes
    given: Sequence[Given]
    history: Sequence[Given]
    """The whole of it, oldest first."""
    evidence: Mapping[str, str] = field(default_factory=dict)


def record(answer: Answer, register: Register, *, at: datetime) -> dict[str, Any]:
    """Return the record of one answer as it stands at an instant."""
    return {"@context": CONTEXT, **_record(answer, register, at)}


def receipt(answer: Answer, register: Register, *, at: datetime) -> dict[str, Any]:
    """Return the receipt of one answer: the record, given to the subject."""
    return {
        "@context": CONTEXT,
        "@id": f"urn:uuid:{answer.id}#receipt",
        "@type": "dpv:ConsentReceipt",
        "dct:identifier": str(answer.id),
        "dct:conformsTo": RECEIPT,
        "dct:created": stamp(at),
        "dct:publisher": _urn(register.party.id),
        "dpv:hasRecipient": _urn(answer.subject),
        "dpv:hasRecordOfActivity": _record(answer, register, at),
    }


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) that every record and receipt keeps to."""
    text = (Path(__file__).parent / "record.schema.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def _record(answer: Answer, register: Register, at: datetime) -> dict[str, Any]:
    country = f"loc:{register.party.country}"
    return {
        "@id": _urn(answer.id),
        "@type": "dpv:ConsentRecord",
        "dct:identifier": str(answer.id),
        "dct:conformsTo": RECORD,
        "dct:created": stamp(answer.at),
        "dpv:hasDataSubject": {"@id": _urn(answer.subject), "@type": "dpv:DataSubject"},
        "dpv:hasDataController": _party(register.party),
        "dpv:hasJurisdiction": [country],
        "dpv:hasApplicableLaw": ["legal-eu:law-GDPR"],
        "dpv:hasNotice": _notice(answer, register),
        "dpv:hasRight": list(RIGHTS),
        "dpv:hasProcess": [_process(one, answer, register, at) for one in answer.given],
        "privacy:scope": answer.scope,
        "privacy:leaf": answer.leaf.hex(),
        **{f"privacy:{name}": text for name, text in answer.evidence.items() if text},
        **({"privacy:site": answer.site} if answer.site else {}),
    }


def _party(one: Party) -> dict[str, Any]:
    return {
        "@id": _urn(one.id),
        "@type": "dpv:DataController",
        "schema:name": one.name,
        "schema:address": one.address,
        "schema:email": one.email,
        "schema:url": one.url,
        "dpv:hasDataProtectionOfficer": one.dpo,
    }


def _notice(answer: Answer, register: Register) -> dict[str, Any]:
    shown = answer.notice or "none"
    return {
        "@id": f"urn:privacy:notice:{shown}",
        "@type": "dpv:ConsentNotice",
        "dct:identifier": shown,
        "dct:language": answer.language,
        "schema:url": register.party.url,
        **({"privacy:script": answer.script} if answer.script else {}),
    }


def _process(one: Given, answer: Answer, register: Register, at: datetime) -> dict[str, Any]:
    told = register.purposes[one.code, one.version]
    words = told.texts.get(answer.language) or next(iter(told.texts.values()), {})
    receivers = [other for other in register.receivers if one.code in other.purposes]
    places = {register.party.country, *(other.country for other in receivers)}
    return {
        "@type": "dpv:Process",
        "dpv:hasPurpose": {
            "@id": f"{_urn(register.party.id)}#{one.code}",
            "@type": _longest(PURPOSES, one.code) or "dpv:Purpose",
            "dct:identifier": one.code,
            "dct:hasVersion": str(one.version),
            "dct:title": words.get("title", one.code),
            "dct:description": words.get("description") or words.get("summary", ""),
        },
        "dpv:hasLegalBasis": BASES.get(told.basis, f"privacy:{told.basis}"),
        "dpv:hasPersonalData": _data(told),
        "dpv:hasStorageCondition": [
            *({"@type": "dpv:StorageLocation", "dpv:hasLocation": f"loc:{place}"}
              for place in sorted(places)),
            {"@type": "dpv:StorageDuration",
             "dpv:hasDuration": words.get("retention") or "dpv:UntilEventDuration"},
        ],
        "dpv:hasRecipientThirdParty": [
            *map(_receiver, receivers), *map(_vendor, told.details.get("vendors", ())),
        ],
        "dpv:hasConsentControl": [
            {"@type": "dpv:WithdrawConsent", "schema:url": register.address},
        ],
        "dpv:hasConsentStatus": _events(one, answer, at),
    }  # fmt: skip


def _data(told: Described) -> list[dict[str, Any]]:
    kinds = told.details.get("data") or _longest(DATA, told.code)
    named = [one if ":" in one else f"privacy:{one}" for one in kinds or DATA[""]]
    return [
        {
            "@type": kind,
            "dpv:hasDataSource": "dpv:DataSubjectDataSource",
            "dpv:hasNecessity": "dpv:Optional",
        }
        for kind in named
    ]


def _receiver(one: Receiver) -> dict[str, Any]:
    return {
        "@id": _urn(one.id),
        "@type": "dpv:DataProcessor" if one.role == "processor" else "dpv:ThirdParty",
        "schema:name": one.name,
        "dpv:hasLocation": f"loc:{one.country}",
        **({"dpv:hasLegalMeasure": one.safeguard} if one.safeguard else {}),
    }


def _vendor(one: Any) -> dict[str, Any]:
    name = str(one.get("name", one) if isinstance(one, Mapping) else one)
    return {"@type": "dpv:ThirdParty", "schema:name": name}


def _events(one: Given, answer: Answer, at: datetime) -> list[dict[str, Any]]:
    """Return what befell this consent: how it was given, and how it ended if it has."""
    same = [other for other in answer.history if other.code == one.code]
    place = next(n for n, other in enumerate(same) if other.answer_id == one.answer_id)
    before, after = same[:place], same[place + 1 :]
    events = [_event(_state(one, before), one, answer)]
    ended = next((other for other in after if other.said <= at), None)
    ends = min(one.valid_until, ended.said if ended else at)
    if one.granted and one.valid_until <= ends:
        events.append({**_expired(one), "dpv:isIndicatedBy": "dpv:DataController"})
    elif ended is not None:
        events.append(_event(_state(ended, [*before, one]), ended, answer))
    return events


def _state(one: Given, before: Sequence[Given]) -> str:
    held = bool(before) and before[-1].granted and before[-1].valid_until > one.said
    if one.granted:
        return "dpv:RenewedConsentGiven" if held else "dpv:ConsentGiven"
    return "dpv:ConsentWithdrawn" if held else "dpv:ConsentRefused"


def _event(state: str, one: Given, answer: Answer) -> dict[str, Any]:
    return {
        "@type": state,
        "dpv:isIndicatedAtTime": stamp(one.said),
        "dpv:isIndicatedBy": _urn(answer.subject),
        "dpv:hasIndicationMethod": one.method,
        "dct:valid": stamp(one.valid_until),
    }


def _expired(one: Given) -> dict[str, Any]:
    ended = stamp(one.valid_until)
    return {
        "@type": "dpv:ConsentExpired",
        "dpv:isIndicatedAtTime": ended,
        "dpv:hasIndicationMethod": "expiry",
        "dct:valid": ended,
    }


def _longest(table: Mapping[str, Any], code: str) -> Any:
    fitting = [begin for begin in table if begin and code.startswith(begin)]
    return table[max(fitting, key=len)] if fitting else None


def _urn(one: UUID) -> str:
    return f"urn:uuid:{one}"
