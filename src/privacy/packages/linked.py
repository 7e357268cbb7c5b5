"""What makes `data.json` linked data: JSON-LD 1.1 in the words of DPV and schema.org; pure.

The context stands in the document itself, so that nobody needs the network to read it. What has
no word in those vocabularies keeps its name under one of our own.
"""

from collections.abc import Mapping
from typing import Any

from privacy.consent.records.words import BASES
from privacy.purposes.models import RecipientRole
from privacy.stores.terms import DataCategory

CATEGORIES: Mapping[DataCategory, str] = {
    DataCategory.IDENTITY: "pd:Identifying",
    DataCategory.CONTACT: "pd:Contact",
    DataCategory.PURCHASE: "pd:Transactional",
    DataCategory.PAYMENT: "pd:Financial",
    DataCategory.LOYALTY: "pd:Preference",
    DataCategory.CONSENT: "pd:Preference",
    DataCategory.MESSAGE: "pd:Communication",
    DataCategory.BEHAVIOUR: "pd:Behavioral",
    DataCategory.LOCATION: "pd:Location",
    DataCategory.EMPLOYMENT: "pd:Professional",
    DataCategory.SPECIAL: "dpv:SpecialCategoryPersonalData",
    DataCategory.CRIMINAL: "pd:Criminal",
    DataCategory.TECHNICAL: "pd:DeviceBased",
    DataCategory.NONE: "dpv:NonPersonalData",
}
ROLES: Mapping[RecipientRole, str] = {
    RecipientRole.PROCESSOR: "dpv:DataProcessor",
    RecipientRole.JOINT: "dpv:JointDataControllers",
    RecipientRole.SEPARATE: "dpv:ThirdParty",
}
_NAMED = {"title": "dct:title", "name": "schema:name"}
CONTEXT: Mapping[str, Any] = {
    "@version": 1.1,
    "@vocab": "urn:privacy:package:",
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "pd": "https://w3id.org/dpv/pd#",
    "schema": "https://schema.org/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "number": "dct:identifier",
    "received_on": {"@id": "dct:dateSubmitted", "@type": "xsd:date"},
    "made_at": {"@id": "dct:created", "@type": "xsd:dateTime"},
    "controller": {
        "@id": "dpv:hasDataController",
        "@context": {
            **_NAMED,
            "address": "schema:address",
            "contact": "schema:email",
            "dpo": "dpv:hasDataProtectionOfficer",
        },
    },
    "purposes": {
        "@id": "dpv:hasPurpose",
        "@context": {
            **_NAMED,
            "description": "dct:description",
            "basis": {"@id": "dpv:hasLegalBasis", "@type": "@vocab"},
            **BASES,
            "data": {"@id": "dpv:hasPersonalData", "@type": "@id"},
            "recipients": "dpv:hasRecipient",
            "retention": "dpv:hasStorageCondition",
            "ends_on": {"@id": "schema:expires", "@type": "xsd:date"},
        },
    },
    "recipients": {
        "@id": "dpv:hasRecipient",
        "@context": {**_NAMED, "country": "schema:addressCountry", "purposes": "dpv:hasPurpose"},
    },
    "transfers": {
        "@id": "dpv:hasDataTransfer",
        "@context": {
            **_NAMED,
            "country": "schema:addressCountry",
            "safeguard": "dpv:hasOrganisationalMeasure",
        },
    },
    "sources": {"@id": "dpv:hasDataSource", "@context": {"source": "dct:description"}},
    "rights": {
        "@id": "dpv:hasRight",
        "@context": {
            "law": {"@id": "dct:source", "@type": "@id"},
            "purposes": "dpv:hasPurpose",
            "kept": {
                "@id": "urn:privacy:package:kept",
                "@context": {"data": "dct:title", "ground": "urn:privacy:package:ground"},
            },
        },
    },
    "complaint": {
        "@id": "urn:privacy:package:complaint",
        "@context": {**_NAMED, "address": "schema:address", "url": {"@id": "schema:url"}},
    },
    "consents": {
        "@id": "dpv:hasConsent",
        "@context": {**_NAMED, "at": {"@id": "dct:date", "@type": "xsd:dateTime"}},
    },
    "data": {
        "@id": "dpv:hasPersonalData",
        "@context": {"rows": {"@id": "schema:hasPart", "@type": "@json"}},
    },
}
"""Rows are JSON literals: their columns are the data stores' own words, and stay as they are."""
