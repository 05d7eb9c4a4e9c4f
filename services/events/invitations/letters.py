"""What mails to participants say, in French, as text and as HTML. Pure: no database, no clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from services.common.language import euros
from services.common.layout import plain

from . import blocks, dates
from .blocks import Block, Link
from .rules import Recipient
from .schemas import LetterKind

K = LetterKind
Row = Mapping[str, Any]


class Letter(NamedTuple):
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Matter:
    """All a letter may speak of, read at the moment it is written.

    `sessions` are those the registration is for and that still are to come; `session` is the one concerned. `link` opens the
    registration, for its contact alone; `visio` and `badges` are by participant.
    """

    event: Row
    network: Row
    page_url: str
    sessions: Sequence[Row]
    recipient: Recipient
    state: str = "seated"
    session: Row | None = None
    code: str = ""
    link: str = ""
    calendar_url: str = ""
    rank: int | None = None
    due_at: datetime | None = None
    reason: str = ""
    visio: Mapping[UUID, str] = field(default_factory=dict)
    badges: Mapping[UUID, str] = field(default_factory=dict)
    message: tuple[str, str] = ("", "")


def write(kind: LetterKind, matter: Matter) -> Letter:
    """The letter of that kind."""
    title = plain(matter.event["title"])
    subject, opening = _OPENINGS[kind](matter)
    face = blocks.quiet(plain(matter.network["name"]))
    body = [face, blocks.heading(_headline(kind, subject, title)), *opening, *_details(kind, matter), _footer(kind, matter)]
    return Letter(plain(subject, 190), blocks.as_text(body), blocks.as_html(subject, body))


def write_invitation(matter: Matter, session: Row, *, is_request: bool, has_moved: bool = False) -> Letter:
    """The short mail that carries the invitation of one more session of a cycle, or takes it back."""
    when, title = dates.moment(session["starts_at"]), plain(matter.event["title"])
    is_off = not has_moved and "cancelled" in {session["status"], matter.state, matter.event["status"]}
    withdrawn = "Annulé" if is_off else "À retirer de votre agenda"
    subject = f"{'Invitation' if is_request else withdrawn} : {title}, {when}"
    if is_request:
        opening = "Bonjour,\n\nVoici, pour votre agenda, une autre séance de votre inscription."
    else:
        opening = "Bonjour,\n\nCette séance est à retirer de votre agenda."
        opening += " L'inscription est désormais suivie à une autre adresse." if has_moved else ""
    body = [blocks.quiet(plain(matter.network["name"])), blocks.heading(subject), blocks.paragraphs(opening)]
    body += _session(matter, session, several=True) if is_request else []
    body.append(_footer(K.SEATED, matter))
    return Letter(plain(subject, 190), blocks.as_text(body), blocks.as_html(subject, body))


def _headline(kind: LetterKind, subject: str, title: str) -> str:
    return subject.removesuffix(f" – {title}") if kind is not K.REMINDER else subject


def location(session: Row, mode: str, visio_url: str) -> str:
    """Where one person takes part: the place, or their own link."""
    if session["is_on_site"] and (mode == "on_site" or not session["is_visio"]):
        return ", ".join(part for part in (_place(session), plain(session["room"])) if part)
    return visio_url or "À distance (visio)"


def entry_text(event: Row, session: Row, visio_url: str = "", badge_url: str = "", *, on_site: bool = True) -> str:
    """The description of the session in a calendar."""
    place = session["place"] or {} if on_site else {}
    parts = [
        event["summary"],
        f"Lien personnel de connexion : {visio_url}" if visio_url else "",
        "\n".join(_programme(session)),
        f"Accès : {place['access']}" if place.get("access") else "",
        f"Accessibilité : {place['accessibility']}" if place.get("accessibility") else "",
        f"Badge : {badge_url}" if badge_url else "",
        event["description"],
    ]
    return "\n\n".join(part.strip() for part in parts if part and part.strip())


def _titled(said: str, matter: Matter) -> str:
    return f"{said} – {plain(matter.event['title'])}"


def _to_confirm(matter: Matter) -> tuple[str, list[Block]]:
    until = f" avant le {dates.moment(matter.due_at)} (heure de Paris)" if matter.due_at else ""
    return _titled("Confirmez votre inscription", matter), [
        blocks.paragraphs(
            f"Bonjour,\n\nQuelqu'un, vous sans doute, s'est inscrit avec cette adresse. Pour garder la place, confirmez{until}."
        ),
        blocks.button("Confirmer mon inscription", matter.link),
        blocks.quiet(
            "Si ce n'est pas vous, ne faites rien : sans confirmation, la place est rendue et rien d'autre ne vous sera écrit."
        ),
    ]


def _to_approve(matter: Matter) -> tuple[str, list[Block]]:
    return _titled("Votre demande est bien reçue", matter), [
        blocks.paragraphs("Bonjour,\n\nLes inscriptions à cette rencontre sont validées une à une. Une réponse vous sera envoyée."),
        _manage(matter, "Voir ou retirer ma demande"),
    ]


def _seated(matter: Matter) -> tuple[str, list[Block]]:
    many = len(matter.recipient.people) > 1
    said = f"Vos {len(matter.recipient.people)} places sont réservées." if many else "Votre place est réservée."
    if not matter.recipient.people:
        said = "Les places demandées sont réservées."
    return _titled("Inscription confirmée", matter), [blocks.paragraphs(f"Bonjour,\n\n{said}")]


def _waiting(matter: Matter) -> tuple[str, list[Block]]:
    hours = matter.event["offer_hours"]
    rank = f"Vous êtes au rang {matter.rank} de la liste d'attente. " if matter.rank else "Vous êtes en liste d'attente. "
    return _titled("Vous êtes en liste d'attente", matter), [
        blocks.paragraphs(
            f"Bonjour,\n\n{rank}Dès que des places se libèrent, elles sont proposées dans l'ordre de la liste, "
            "et les personnes inscrites ensemble restent ensemble.\n\n"
            f"Si une place vous est proposée, un courriel vous le dira : vous aurez au plus {hours} h pour l'accepter en un clic."
        ),
        _manage(matter, "Voir mon rang, ou quitter la liste"),
    ]


def _offered(matter: Matter) -> tuple[str, list[Block]]:
    until = dates.moment(matter.due_at) if matter.due_at else ""
    many = len(matter.recipient.people) > 1
    said = (
        f"{len(matter.recipient.people)} places se sont libérées et vous attendent"
        if many
        else ("Une place s'est libérée et vous attend")
    )
    return _titled("Une place vous est proposée", matter), [
        blocks.paragraphs(f"Bonjour,\n\n{said} jusqu'au {until} (heure de Paris). Ensuite, elle ira à la personne suivante."),
        blocks.button("Accepter la place", matter.link),
    ]


def _lapsed(matter: Matter) -> tuple[str, list[Block]]:
    if matter.reason:  # nothing was ever offered to them
        return _titled("Aucune place ne s'est libérée", matter), [blocks.paragraphs(f"Bonjour,{_because(matter.reason)}")]
    return _titled("La place n'est plus réservée", matter), [
        blocks.paragraphs(
            "Bonjour,\n\nSans réponse dans le délai, la place est allée à quelqu'un d'autre. "
            "Rien de plus ne vous sera proposé sans que vous le demandiez."
        ),
        blocks.button("S'inscrire de nouveau", matter.page_url),
    ]


def _cancelled(matter: Matter) -> tuple[str, list[Block]]:
    if not matter.recipient.is_contact and not matter.recipient.people:
        return _titled("Inscription annulée", matter), [
            blocks.paragraphs(
                "Bonjour,\n\nVous ne faites plus partie de l'inscription à cette rencontre : votre place a été rendue ou transmise. "
                "Votre badge et votre lien de visio ne sont plus valables.\n\n"
                "Si c'est une erreur, écrivez à la personne qui vous avait inscrit."
            ),
        ]
    return _titled("Inscription annulée", matter), [
        blocks.paragraphs("Bonjour,\n\nL'inscription est annulée ; la place est rendue." + _because(matter.reason)),
        blocks.quiet(f"Pour s'inscrire de nouveau : {matter.page_url}"),
    ]


def _refused(matter: Matter) -> tuple[str, list[Block]]:
    return _titled("Votre demande n'a pas été retenue", matter), [
        blocks.paragraphs(f"Bonjour,\n\nVotre demande d'inscription n'a pas pu être retenue.{_because(matter.reason)}"),
    ]


def _changed(matter: Matter) -> tuple[str, list[Block]]:
    return _titled("Inscription modifiée", matter), [
        blocks.paragraphs("Bonjour,\n\nL'inscription a été modifiée. Voici ce qu'il en est à présent."),
    ]


def _event_cancelled(matter: Matter) -> tuple[str, list[Block]]:
    return _titled("Annulé", matter), [
        blocks.paragraphs(f"Bonjour,\n\nNous sommes au regret d'annuler cette rencontre.{_because(matter.reason)}"),
    ]


def _event_postponed(matter: Matter) -> tuple[str, list[Block]]:
    kept = "Votre inscription est gardée" if matter.state == "seated" else "Votre demande est gardée"
    return _titled("Reporté", matter), [
        blocks.paragraphs(
            f"Bonjour,\n\nCette rencontre est reportée : ne venez pas à la date prévue.{_because(matter.reason)}\n\n"
            f"{kept} ; la nouvelle date vous sera écrite."
        ),
        _manage(matter, "Voir ou annuler mon inscription"),
    ]


def _event_resumed(matter: Matter) -> tuple[str, list[Block]]:
    kept = "Votre inscription est gardée." if matter.state == "seated" else "Votre demande est gardée."
    return _titled("La rencontre aura bien lieu", matter), [
        blocks.paragraphs(
            f"Bonjour,\n\nCette rencontre, qui avait été reportée, aura lieu. {kept} Voici ce qu'il en est à présent."
        ),
    ]


def _session_moved(matter: Matter) -> tuple[str, list[Block]]:
    return _titled("Du nouveau sur la date ou le lieu", matter), [
        blocks.paragraphs("Bonjour,\n\nLa date, l'horaire ou le lieu a changé. Voici ce qu'il en est à présent."),
    ]


def _session_cancelled(matter: Matter) -> tuple[str, list[Block]]:
    when = dates.span(matter.session["starts_at"], matter.session["ends_at"]) if matter.session else ""
    others = "\n\nLes autres séances sont maintenues." if matter.sessions else ""
    return _titled("Une séance est annulée", matter), [
        blocks.paragraphs(f"Bonjour,\n\nLa séance prévue {_on(when)} est annulée.{_because(matter.reason)}{others}"),
    ]


def _session_added(matter: Matter) -> tuple[str, list[Block]]:
    included = " Votre inscription la comprend." if matter.state == "seated" else ""
    return _titled("Une séance s'ajoute", matter), [blocks.paragraphs(f"Bonjour,\n\nUne séance s'ajoute.{included}")]


def _reminder(matter: Matter) -> tuple[str, list[Block]]:
    when = dates.moment(matter.session["starts_at"]) if matter.session else ""
    title = plain(matter.event["title"])
    return f"Rappel : {title}, {when}", [
        blocks.paragraphs("Bonjour,\n\nNous vous attendons bientôt. Si vous ne pouvez plus venir, rendez votre place à quelqu'un."),
    ]


def _message(matter: Matter) -> tuple[str, list[Block]]:
    subject, text = matter.message
    return _titled(plain(subject), matter), [blocks.paragraphs(text)]


_OPENINGS = {
    K.TO_CONFIRM: _to_confirm,
    K.TO_APPROVE: _to_approve,
    K.SEATED: _seated,
    K.WAITING: _waiting,
    K.OFFERED: _offered,
    K.LAPSED: _lapsed,
    K.CANCELLED: _cancelled,
    K.REFUSED: _refused,
    K.CHANGED: _changed,
    K.EVENT_CANCELLED: _event_cancelled,
    K.EVENT_POSTPONED: _event_postponed,
    K.EVENT_RESUMED: _event_resumed,
    K.SESSION_MOVED: _session_moved,
    K.SESSION_CANCELLED: _session_cancelled,
    K.SESSION_ADDED: _session_added,
    K.REMINDER: _reminder,
    K.MESSAGE: _message,
}
#: Letters that give all one needs to come; those that only recall which meeting they speak of.
_WHOLE = frozenset({K.SEATED, K.CHANGED, K.EVENT_RESUMED, K.SESSION_MOVED, K.SESSION_ADDED, K.REMINDER})
#: Letters that speak of one session, when one is concerned.
_ONE_SESSION = frozenset({K.SESSION_MOVED, K.SESSION_ADDED, K.REMINDER, K.SESSION_CANCELLED})


def _details(kind: LetterKind, matter: Matter) -> list[Block]:
    sessions = [matter.session] if kind in _ONE_SESSION and matter.session is not None else list(matter.sessions)
    if kind not in _WHOLE or matter.state != "seated":
        # Nothing that people wrote goes to an address nobody has confirmed, but for what the organisers published.
        return [blocks.subheading(matter.event["title"]), *([] if kind is K.SESSION_CANCELLED else _dates(matter, sessions))]
    said = [blocks.subheading(matter.event["title"])]
    if matter.event["summary"]:
        said.append(blocks.paragraphs(matter.event["summary"]))
    for session in sessions:
        said += _session(matter, session, several=len(sessions) > 1)
    said += _personal(matter)
    return said


def _dates(matter: Matter, sessions: Sequence[Row]) -> list[Block]:
    when = [dates.span(each["starts_at"], each["ends_at"]) for each in sessions]
    where = list(dict.fromkeys(_place(each) for each in sessions if each["place"]))
    return [
        blocks.facts(
            [
                ("Quand" if len(when) < 2 else "Séances", "\n".join(when)),
                ("Où", "\n".join(where)),
                ("En savoir plus", Link(matter.page_url)),
            ]
        )
    ]


def _session(matter: Matter, session: Row, *, several: bool) -> list[Block]:
    place = session["place"] or {}
    modes = {each.mode.value for each in matter.recipient.people} or {"on_site", "visio"}
    on_site = session["is_on_site"] and ("on_site" in modes or not session["is_visio"])
    where = "\n".join(part for part in (_place(session), plain(session["room"])) if part) if on_site else ""
    said = []
    if several:
        name = f"Séance {session['number']}" + (f" – {plain(session['title'])}" if session["title"] else "")
        said.append(blocks.subheading(name))
    said.append(
        blocks.facts(
            [
                ("Quand", dates.span(session["starts_at"], session["ends_at"]) + " (heure de Paris)"),
                ("Où", where),
                ("À distance", "En visio" if session["is_visio"] and ("visio" in modes or not session["is_on_site"]) else ""),
                ("Accès", place.get("access", "") if on_site else ""),
                ("Accessibilité", place.get("accessibility", "") if on_site else ""),
            ]
        )
    )
    if programme := _programme(session):
        said.append(blocks.facts([("Programme", "\n".join(programme))]))
    return said


def _personal(matter: Matter) -> list[Block]:
    """What is this person's own: their link, their badge, what it costs, where to change their mind."""
    pairs: list[tuple[str, str | Link]] = []
    alone = len(matter.recipient.people) == 1
    for each in matter.recipient.people:
        whose = "" if alone else f" – {plain(each.given_name)} {plain(each.family_name)}"
        if each.id in matter.visio:
            pairs.append((f"Lien personnel de connexion{whose}", Link(matter.visio[each.id])))
        if each.id in matter.badges and each.mode.value == "on_site":
            pairs.append((f"Badge à présenter à l'accueil{whose}", Link(matter.badges[each.id])))
    cost = euros(matter.event["cost_cents"]) + " par personne" if matter.event["cost_cents"] else "Gratuit"
    note = matter.event["cost_note"]
    pairs.append(("Participation aux frais", f"{cost}\n{note}" if note else cost))
    if matter.code:
        pairs.append(("Code d'inscription", matter.code))
    pairs.append(("En savoir plus", Link(matter.page_url)))
    if matter.calendar_url:
        pairs.append(("Toutes les séances pour votre agenda", Link(matter.calendar_url)))
    said = [blocks.subheading("Pour vous"), blocks.facts(pairs)]
    if matter.visio:
        said.append(blocks.quiet("Un lien de connexion est personnel : ne le transmettez pas."))
    said.append(_manage(matter, "Modifier ou annuler mon inscription"))
    return said


def _manage(matter: Matter, label: str) -> Block:
    if matter.link:
        return blocks.button(label, matter.link)
    return blocks.quiet("Pour changer quelque chose, adressez-vous à la personne qui vous a inscrit.")


def _footer(kind: LetterKind, matter: Matter) -> Block:
    why = "Vous recevez ce courriel parce que cette adresse a été donnée pour une inscription."
    if kind is K.MESSAGE:
        why = f"Message de « {plain(matter.network['name'])} » aux personnes inscrites."
    return blocks.footer(f"{why}\nUne question ? {plain(matter.network['contact_email'])}")


def _because(reason: str) -> str:
    return f"\n\n{reason}" if reason else ""


def _on(when: str) -> str:
    return when if when.startswith("du ") else f"le {when}"


def position(session: Row) -> tuple[float, float] | None:
    """Latitude and longitude of the place, when they are known."""
    place = session["place"] or {}
    if place.get("latitude") is None or place.get("longitude") is None:
        return None
    return place["latitude"], place["longitude"]


def _place(session: Row) -> str:
    place = session["place"]
    if not place:
        return ""
    city = " ".join(part for part in (place.get("postcode", ""), place.get("city", "")) if part)
    return plain(", ".join(part for part in (place["name"], place.get("street", ""), city) if part))


def _programme(session: Row) -> list[str]:
    said = []
    for item in session["programme"]:
        speakers = ", ".join(plain(each["name"]) for each in item.get("speakers", ()))
        begins, ends = (datetime.fromisoformat(str(item[name])) for name in ("starts_at", "ends_at"))
        line = f"{dates.hour(begins)} – {dates.hour(ends)} : {plain(item['title'])}"
        said.append(f"{line} ({speakers})" if speakers else line)
    return said
