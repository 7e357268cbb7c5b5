"""The words of ISO/IEC TS 27560:2023 and of DPV for what the register says (pure)."""

from collections.abc import Mapping
from typing import TypeVar

Word = TypeVar("Word")

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


def purpose_type(code: str) -> str:
    """Return what kind of purpose a code is."""
    return _longest(PURPOSES, code) or "dpv:Purpose"


def data_types(code: str) -> tuple[str, ...]:
    """Return what data a purpose uses whose register entry does not say."""
    return _longest(DATA, code) or DATA[""]


def _longest(table: Mapping[str, Word], code: str) -> Word | None:
    fitting = [begin for begin in table if begin and code.startswith(begin)]
    return table[max(fitting, key=len)] if fitting else None
