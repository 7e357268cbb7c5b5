"""The consent record and receipt of ISO/IEC TS 27560:2023, in the words of DPV (JSON-LD); pure.

One record for each answer: its parties, its notice, a process for each purpose with data,
recipients, storage and withdrawal, and every event that befell the consent since.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from privacy.audit.form import stamp
from privacy.consent.records.facts import Answer, Described, Given, Party, Receiver, Register
from privacy.consent.records.words import (
    BASES,
    CONTEXT,
    RECEIPT,
    RECORD,
    RIGHTS,
    data_types,
    purpose_type,
)


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
            "@type": purpose_type(one.code),
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
    kinds = told.details.get("data") or data_types(told.code)
    named = [one if ":" in one else f"privacy:{one}" for one in kinds]
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


def _urn(one: UUID) -> str:
    return f"urn:uuid:{one}"
