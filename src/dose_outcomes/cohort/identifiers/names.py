"""Names of columns that tell of an identifier, whatever the cells hold."""

from __future__ import annotations

import re
from collections.abc import Iterable

#: What a column is held to hold: names of columns, word by word, that say so wherever they stand in a name.
_WITHIN = {
    "names of persons": (
        "first name, last name, given name, family name, middle name, maiden name, birth name, full name, "
        "patient name, subject name, person name, mother name, father name, physician name, doctor name, "
        "surname, forename, firstname, lastname, fullname, patientname, vorname, nachname, familienname, prenom, "
        "prénom, apellido, apellidos, initials"
    ),
    "dates of birth": (
        "birth date, date of birth, birthdate, birthday, birthdt, brthdt, brthdtc, dob, geburtsdatum, gebdat, "
        "date naissance, date de naissance"
    ),
    "e-mail addresses": "email, e mail, emailaddress",
    "telephone numbers": "phone, telephone, phonenumber, mobile number, cell number, fax, telefon, handynummer",
    "network addresses": "ip address, mac address, url, website",
    "addresses": "address, street, city, town, strasse, straße, adresse, wohnort, house number",
    "postcodes": "postcode, post code, postal code, postalcode, zip, zipcode, plz, postleitzahl",
    "record or national numbers": (
        "ssn, social security, nhs number, nhs no, nhs id, nhsnumber, nino, mrn, medical record, record number, "
        "hospital number, hospital no, insurance number, insurance id, passport, national id, personnummer, "
        "chi number, ahv number, versichertennummer, driving licence, drivers license, account number, iban"
    ),
    "geographic positions": "latitude, longitude, gps, coordinates",
}
#: The same where the name is nothing else; inside a longer name these words mean other things.
_ALONE = {
    "names of persons": "name, names, nom",
    "telephone numbers": "tel, mobile, mobil, handy",
    "e-mail addresses": "mail",
    "addresses": "ort",
    "network addresses": "ip",
}

_PIECES = frozenset({"day", "month", "year"})


def held_by_name(column: str) -> str:
    """Return what a column is held to hold by its name, empty when nothing that identifies.

    Examples
    --------
    >>> held_by_name("PatientLastName"), held_by_name("e-mail"), held_by_name("drug_name")
    ('names of persons', 'e-mail addresses', '')
    >>> held_by_name("name"), held_by_name("zip_code"), held_by_name("zipper")
    ('names of persons', 'postcodes', '')
    """
    words = _words(column)
    for what, phrases in _ALONE.items():
        if words in [_words(phrase) for phrase in phrases.split(", ")]:
            return what
    for what, phrases in _WITHIN.items():
        for phrase in phrases.split(", "):
            part = _words(phrase)
            if any(words[start : start + len(part)] == part for start in range(len(words) - len(part) + 1)):
                return what
    return ""


def dates_in_pieces(columns: Iterable[str]) -> list[tuple[str, ...]]:
    """Return the columns that hold day, month and year of one date.

    Examples
    --------
    >>> dates_in_pieces(["end_day", "end_month", "end_year", "day", "year"])
    [('end_day', 'end_month', 'end_year')]
    """
    pieces: dict[tuple[str, ...], dict[str, str]] = {}
    for column in columns:
        words = _words(column)
        for piece in _PIECES.intersection(words):
            pieces.setdefault(tuple(word for word in words if word != piece), {})[piece] = column
    return [tuple(found[piece] for piece in sorted(_PIECES)) for found in pieces.values() if len(found) == len(_PIECES)]


def is_only(column: str, word: str) -> bool:
    """Return whether a name is nothing but one word."""
    return _words(column) == [word]


def _words(name: str) -> list[str]:
    """Return the words of a name, in small letters: a change from small to capital letters begins a word."""
    divided = re.sub(r"(?<=[a-zß-ÿ])(?=[A-Z])", " ", name)
    return re.findall(r"[^\W\d_]+", divided.casefold())
