"""Titles that people can read, proposed from the names of tables and columns: pure.

A name of which every word is known becomes a title in French and English; any other stays as it
is, with spaces, since half a translation would say something else.
"""

from collections.abc import Mapping, Sequence

from privacy.stores.definition import Texts
from privacy.stores.proposals.vocabulary import plain, words_of

# One line a phrase: its words in either language, its title in French and in English.
_PHRASES = """
firstname prenom givenname | Prénom | First name
lastname nom surname familyname nomdefamille | Nom | Last name
fullname nomcomplet | Nom complet | Full name
middlename deuxiemeprenom | Deuxième prénom | Middle name
displayname | Nom affiché | Displayed name
username login pseudo nickname | Nom d’utilisateur | User name
birthdate birthday dateofbirth dob datenaissance datedenaissance bornon | Date de naissance | Date of birth
gender sexe sex | Genre | Gender
civilite salutation | Civilité | Title
email mail courriel emailaddress adresseemail | Adresse e-mail | E-mail address
phone telephone tel phonenumber | Téléphone | Phone
mobile portable gsm mobilephone cellphone | Téléphone mobile | Mobile phone
fax | Fax | Fax
address adresse line1 address1 | Adresse | Address
street rue voie | Rue | Street
postalcode codepostal zip zipcode postcode cp | Code postal | Postal code
city ville commune town | Ville | City
country pays | Pays | Country
state region | Région | State
language langue locale lang | Langue | Language
ip ipaddress adresseip | Adresse IP | IP address
useragent | Navigateur | Browser
createdat createdon created datecreation creeele datecreated | Créé le | Created on
updatedat updatedon updated modifiedat datemodification lastupdate | Modifié le | Updated on
deletedat deletedon supprimele | Supprimé le | Deleted on
orderedat orderdate datecommande orderedon | Date de commande | Date of order
invoicedate datefacture | Date de facture | Date of invoice
paidat paidon datepaiement paymentdate | Payé le | Paid on
shippedat shippingdate dateenvoi | Envoyé le | Sent on
hiredate datedembauche dateembauche | Date d’embauche | Date of hiring
sentat senton | Envoyé le | Sent on
visitedat | Visité le | Visited on
unitprice prixunitaire | Prix unitaire | Unit price
quantity quantite qty qte | Quantité | Quantity
total totalamount montanttotal | Total | Total
amount montant | Montant | Amount
price prix | Prix | Price
vat tva tax taxe | TVA | Tax
discount remise | Remise | Discount
iban | IBAN | IBAN
supportrepid | N° du conseiller | Number of the adviser
reportsto | N° du responsable | Number of the manager
jobtitle | Fonction | Job title
name | Nom | Name
id | N° | No.
type | Type | Type
genre | Genre | Genre
title titre | Titre | Title
company societe entreprise | Société | Company
note notes remarque remarques comment comments commentaire commentaires | Remarques | Remarks
body message text texte | Texte | Text
subject sujet objet | Objet | Subject
status etat statut | État | Status
rating stars etoiles | Note donnée | Rating
points | Points | Points
score | Score | Score
"""  # noqa: E501 -- one phrase a line

# Words that make titles with others: what they mean, in French and English, one and many.
_NOUNS = """
customer client | client | clients | customer | customers
employee employe staff | salarié | salariés | employee | employees
user utilisateur | utilisateur | utilisateurs | user | users
member membre adherent | membre | membres | member | members
contact | contact | contacts | contact | contacts
account compte | compte | comptes | account | accounts
order commande | commande | commandes | order | orders
invoice facture | facture | factures | invoice | invoices
line ligne item | ligne | lignes | line | lines
payment paiement | paiement | paiements | payment | payments
card carte | carte | cartes | card | cards
address adresse | adresse | adresses | address | addresses
product produit article | produit | produits | product | products
category categorie | catégorie | catégories | category | categories
track piste | titre | titres | track | tracks
album | album | albums | album | albums
artist artiste | artiste | artistes | artist | artists
playlist | liste de lecture | listes de lecture | playlist | playlists
visit visite | visite | visites | visit | visits
session | session | sessions | session | sessions
login connexion | connexion | connexions | sign-in | sign-ins
review avis | avis | avis | review | reviews
ticket | ticket | tickets | ticket | tickets
case dossier | dossier | dossiers | case | cases
message | message | messages | message | messages
note remarque | remarque | remarques | note | notes
support assistance | assistance | assistance | support | support
newsletter | lettre d’information | lettres d’information | newsletter | newsletters
subscription abonnement | abonnement | abonnements | subscription | subscriptions
consent consentement | consentement | consentements | consent | consents
loyalty fidelite | fidélité | fidélité | loyalty | loyalty
billing facturation | facturation | facturation | billing | billing
shipping delivery livraison | livraison | livraisons | delivery | deliveries
booking reservation | réservation | réservations | booking | bookings
basket cart panier | panier | paniers | basket | baskets
shop boutique store magasin | boutique | boutiques | shop | shops
event evenement | évènement | évènements | event | events
date | date | dates | date | dates
city ville | ville | villes | city | cities
country pays | pays | pays | country | countries
state region | région | régions | state | states
name nom | nom | noms | name | names
number numero | numéro | numéros | number | numbers
code | code | codes | code | codes
type | type | types | type | types
status statut etat | état | états | status | statuses
amount montant | montant | montants | amount | amounts
price prix | prix | prix | price | prices
"""
KEYS = frozenset({"id", "no", "nr", "num", "numero"})
"""Last words of a column that holds a number of something."""


def _phrases() -> Mapping[str, tuple[str, str]]:
    lines = (line.split("|") for line in _PHRASES.strip().splitlines())
    return {word: (fr.strip(), en.strip()) for words, fr, en in lines for word in words.split()}


def _nouns() -> Mapping[str, Sequence[str]]:
    lines = ([part.strip() for part in line.split("|")] for line in _NOUNS.strip().splitlines())
    known: dict[str, Sequence[str]] = {}
    for words, *forms in lines:
        for word in words.split():
            known |= {word: forms, f"{word}s": forms}
    return known | {"categories": known["category"], "addresses": known["address"]}


PHRASES, NOUNS = _phrases(), _nouns()
FRENCH = frozenset(
    word
    for word, (fr, fr_many, en, en_many) in NOUNS.items()
    if word in {plain(fr), plain(fr_many)} - {en, en_many}
) | {"datenaissance", "nom", "numero", "prix", "telephone"}
"""Words that are French and not English, so that the first says what a name is about."""


def title_of(column: str) -> Texts:
    """Return what people may read in the place of a column's name, in French and English."""
    words = words_of(column)
    if words[:1] in (["id"], ["numero"]):
        words = [*words[1:], words[0]]
    if len(words) > 1 and words[-1] in KEYS and "".join(words) not in PHRASES:
        of = _expression(words[:-1], many=False)
        return _texts(of and (f"n° {_of(of[0])}", f"{of[1]} number"), column)
    return _texts(_expression(words, many=False), column)


def title_of_table(name: str) -> Texts:
    """Return what people may read in the place of a table's name: of many, and not of one."""
    return _texts(_expression(words_of(name), many=True), name)


def _expression(words: Sequence[str], *, many: bool) -> tuple[str, str] | None:
    """Return words as one expression in French and English; None if one is not known.

    What the name is about stands last in an English name and first in a French one; the words
    beside it say of what.
    """
    is_french = any(word in FRENCH for word in words)
    for size in range(len(words), 0, -1):
        cut = size if is_french else len(words) - size
        first, last = words[:cut], words[cut:]
        head, others = (first, last[::-1]) if is_french else (last, first)
        known = _head("".join(head), many=many)
        if known and all(word in NOUNS for word in others):
            return _compound(known, [NOUNS[word] for word in others])
    return None


def _head(word: str, *, many: bool) -> tuple[str, str] | None:
    if many and word in NOUNS:
        return NOUNS[word][1], NOUNS[word][3]
    fr, en = PHRASES.get(word) or (NOUNS[word][::2] if word in NOUNS else ("", ""))
    return (_small(fr), _small(en)) if fr else None


def _compound(head: tuple[str, str], others: Sequence[Sequence[str]]) -> tuple[str, str]:
    """Put what a name is about and of what together, as each language does."""
    french, english = head
    for fr, _, en, _ in reversed(others):
        french, english = f"{french} {_of(fr)}", f"{en} {english}"
    return french, english


def _of(word: str) -> str:
    return f"d’{word}" if plain(word)[:1].lower() in "aeiouyh" else f"de {word}"


def _small(text: str) -> str:
    """Return a text as it stands inside another: `IBAN` and `IP` keep their letters."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _texts(expression: tuple[str, str] | None, name: str) -> Texts:
    if expression is None:
        spaced = " ".join(words_of(name)) if plain(name).isascii() else name
        return {"fr": _capital(spaced or name), "en": _capital(spaced or name)}
    return {"fr": _capital(expression[0]), "en": _capital(expression[1])}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
