"""An event as search engines and other agendas read it: schema.org in JSON-LD. Pure functions.

Terms: https://schema.org/Event, /EventSeries, /eventStatus, /eventAttendanceMode, /Offer (schema.org 29).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from services.common.clock import in_paris

from .schemas import AUDIENCE_LABELS, Audience, PartnerRole, SessionStatus, ShownStatus

Row = Mapping[str, Any]
_ORGANISERS = {PartnerRole.ORGANISER.value, PartnerRole.CO_ORGANISER.value}
_SOLD_OUT = {ShownStatus.FULL, ShownStatus.REGISTRATION_CLOSED, ShownStatus.HELD, ShownStatus.CANCELLED}
#: An answer may be pasted in a page: nothing in it closes a script.
_DISARMED = (
    (b"<", b"\\u003c"),
    (b">", b"\\u003e"),
    (b"&", b"\\u0026"),
    ("\u2028".encode(), b"\\u2028"),
    ("\u2029".encode(), b"\\u2029"),
)


def written(event: Row, network: Row, themes: Mapping[str, str], address: str) -> bytes:
    """The document: an `Event`, or an `EventSeries` whose `subEvent` are the sessions when there are several.

    `event` is the public's view of it (`views.one`), `themes` labels by code, `address` where people read about it.
    """
    made = orjson.dumps({"@context": "https://schema.org", **_document(event, network, themes, address)})
    for sign, harmless in _DISARMED:
        made = made.replace(sign, harmless)
    return made


def _document(event: Row, network: Row, themes: Mapping[str, str], address: str) -> dict[str, Any]:
    sessions = event["sessions"]
    # A cancelled session of an event that stands is told as such; alone, it is the event.
    several = len(sessions) > 1
    told = [themes[code] for code in event["theme_codes"] if code in themes]
    document: dict[str, Any] = {
        "@type": "EventSeries" if several else "Event",
        "@id": address,
        "url": address,
        "identifier": event["reference"],
        "name": event["title"],
        "description": event["summary"] or event["description"],
        "inLanguage": "fr",
        "keywords": told,
        "eventStatus": _status(event, sessions),
        "startDate": _instant(event["starts_at"]) or (event["expected_on"] and event["expected_on"].isoformat()),
        "endDate": _instant(event["ends_at"]),
        "organizer": _organisers(event, network),
        "contributor": _partners(event, PartnerRole.PARTNER),
        "funder": _partners(event, PartnerRole.CO_FUNDER),
        "audience": [{"@type": "Audience", "audienceType": AUDIENCE_LABELS[Audience(code)]} for code in event["audiences"]],
        "isAccessibleForFree": event["cost_cents"] == 0,
        "offers": _offer(event, address),
    }
    if several:
        document["eventAttendanceMode"] = _attendance(event)
        document["subEvent"] = [_sub_event(each, event, address) for each in sessions]
    elif sessions:
        document |= _sitting(sessions[0], address)
    else:
        document["eventAttendanceMode"] = None
    return _said(document)


def _sub_event(session: Row, event: Row, address: str) -> dict[str, Any]:
    number = session["number"]
    sub: dict[str, Any] = {
        "@type": "Event",
        "@id": f"{address}#session-{number}",
        "name": session["title"] or f"{event['title']} ({number})",
        "startDate": _instant(session["starts_at"]),
        "endDate": _instant(session["ends_at"]),
        "eventStatus": _status(event, [session]),
        **_sitting(session, address),
    }
    return _said(sub)


def _sitting(session: Row, address: str) -> dict[str, Any]:
    """What a session says of where it is, of whom one hears, and of when it was to be."""
    places: list[dict[str, Any]] = []
    if session["is_on_site"]:
        places.append(_place(session))
    if session["is_visio"]:
        # Joining addresses are personal: what is told is where one registers.
        places.append({"@type": "VirtualLocation", "url": address})
    speakers = {
        speaker["name"]: {
            "@type": "Person",
            "name": speaker["name"],
            "jobTitle": speaker["function"],
            "affiliation": speaker["organisation"] and {"@type": "Organization", "name": speaker["organisation"]},
        }
        for item in session["programme"]
        for speaker in item["speakers"]
    }
    return {
        "eventAttendanceMode": _attendance(session),
        "location": [_said(each) for each in places],
        "performer": [_said(each) for each in speakers.values()],
        "previousStartDate": _instant(session["previous_starts_at"]),
    }


def _place(session: Row) -> dict[str, Any]:
    place = session["place"]
    if place is None:
        return {"@type": "Place", "name": "Lieu à préciser"}
    postal = {"streetAddress": place["street"], "postalCode": place["postcode"], "addressLocality": place["city"]}
    geo = None
    if place["latitude"] is not None and place["longitude"] is not None:
        geo = {"@type": "GeoCoordinates", "latitude": place["latitude"], "longitude": place["longitude"]}
    return {
        "@type": "Place",
        "name": ", ".join(part for part in (place["name"], session["room"]) if part),
        "address": _said({"@type": "PostalAddress", **postal, "addressCountry": "FR"}),
        "geo": geo,
    }


def _status(event: Row, sessions: Sequence[Row]) -> list[str]:
    """Cancelled and postponed are the event's; moved (in time, or online) is said of what still stands."""
    stand = [each for each in sessions if each["status"] != SessionStatus.CANCELLED.value]
    if event["status"] is ShownStatus.CANCELLED or (sessions and not stand):
        return ["https://schema.org/EventCancelled"]
    if event["status"] is ShownStatus.POSTPONED:
        return ["https://schema.org/EventPostponed"]
    moved = []
    if any(each["previous_starts_at"] not in (None, each["starts_at"]) for each in stand):
        moved.append("https://schema.org/EventRescheduled")
    if any(each["moved_online"] for each in stand):
        moved.append("https://schema.org/EventMovedOnline")
    return moved or ["https://schema.org/EventScheduled"]


def _attendance(met: Row) -> str | None:
    modes = {
        (True, True): "MixedEventAttendanceMode",
        (True, False): "OfflineEventAttendanceMode",
        (False, True): "OnlineEventAttendanceMode",
    }
    mode = modes.get((met["is_on_site"], met["is_visio"]))
    return mode and f"https://schema.org/{mode}"


def _organisers(event: Row, network: Row) -> list[dict[str, Any]]:
    runs = _said({"@type": "Organization", "name": network["name"], "url": network["website"], "email": network["contact_email"]})
    names = [each["name"] for each in event["partners"] if each["role"] in _ORGANISERS and each["name"] != network["name"]]
    return [runs, *({"@type": "Organization", "name": name} for name in names)]


def _partners(event: Row, role: PartnerRole) -> list[dict[str, Any]]:
    return [{"@type": "Organization", "name": each["name"]} for each in event["partners"] if each["role"] == role.value]


def _offer(event: Row, address: str) -> dict[str, Any] | None:
    if not event["cost_cents"]:
        return None
    cents = event["cost_cents"]
    available = "SoldOut" if event["status"] in _SOLD_OUT else "InStock" if event["status"] is ShownStatus.OPEN else "PreOrder"
    return _said(
        {
            "@type": "Offer",
            "price": f"{cents // 100}.{cents % 100:02d}",
            "priceCurrency": "EUR",
            "url": address,
            "availability": f"https://schema.org/{available}",
            "validFrom": _instant(event["registration_opens_at"]),
            "description": event["cost_note"],
        }
    )


def _instant(instant: datetime | None) -> str | None:
    return None if instant is None else in_paris(instant).isoformat()


def _said(node: dict[str, Any]) -> dict[str, Any]:
    """Without what there is nothing to say of."""
    return {name: value for name, value in node.items() if value is not None and value != "" and value != []}
