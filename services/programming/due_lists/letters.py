"""The mail of what is due. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from services.common.language import day_in_words
from services.common.layout import BUTTON, QUIET, RULE, plain, sheet

from . import vocabulary
from .rules import by_bucket
from .schemas import DueBucket, DueItemRead

_TITLES = {
    DueBucket.LATE: "En retard",
    DueBucket.TODAY: "Aujourd'hui",
    DueBucket.WEEK: "Cette semaine",
    DueBucket.LATER: "Plus tard",
    DueBucket.UNDATED: "Sans date",
}
_LIST = "/programming/v1/me/due"
_SETTINGS = "/programming/v1/me/reminder-preferences"


@dataclass(frozen=True)
class DueDigest:
    """`items` are the most pressing; `counts` speak of all, by bucket. `url` is the platform's address."""

    items: Sequence[DueItemRead]
    counts: dict[DueBucket, int]
    url: str
    unsubscribe_url: str
    urgent: bool = False

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def left_out(self) -> int:
        return self.total - len(self.items)

    @property
    def subject(self) -> str:
        if self.urgent:
            return (
                f"À faire sans attendre : {plain(self.items[0].todo, 80)}" if self.total == 1 else f"{self.total} choses urgentes"
            )
        parts = []
        if late := self.counts.get(DueBucket.LATE):
            parts.append(f"{_number(late)} en retard")
        if today := self.counts.get(DueBucket.TODAY):
            parts.append(f"{_number(today)} aujourd'hui")
        return f"À faire : {', '.join(parts)}" if parts else f"À faire : {_number(self.total)} à prévoir"


def _number(count: int) -> str:
    return f"{count:,}".replace(",", "\u202f")


def _detail(item: DueItemRead) -> str:
    named = " – ".join(plain(part, 120) for part in (item.reference, item.label, item.organisation_name) if part)
    day = f"pour le {day_in_words(item.due_on)}{_left(item.days_left)}" if item.due_on else ""
    return " – ".join(part for part in (named, day) if part)


def _left(days: int | None) -> str:
    if not days:
        return ""
    many = "jours" if abs(days) > 1 else "jour"
    return f" (en retard de {-days} {many})" if days < 0 else f" (dans {days} {many})"


def _closing(digest: DueDigest) -> str:
    if digest.left_out <= 0:
        return ""
    return f"Et {_number(digest.left_out)} autre{'s' if digest.left_out > 1 else ''} : la liste entière est sur la plateforme."


def as_text(digest: DueDigest) -> str:
    lines = ["Bonjour,", "", "Voici ce qui vous attend." if not digest.urgent else "Ceci ne peut pas attendre.", ""]
    for each, count in by_bucket(digest.counts):
        lines += [f"{_TITLES[each].upper()} ({_number(count)})", ""]
        for item in (one for one in digest.items if one.when is each):
            lines += [f"- {item.todo}", f"  {_detail(item)}", f"  {item.why}", f"  {digest.url}{item.link}", ""]
    if closing := _closing(digest):
        lines += [closing, f"{digest.url}{_LIST}", ""]
    lines += [f"Choisir le rythme, l'heure et les sujets : {digest.url}{_SETTINGS}"]
    lines += [f"Ne plus recevoir ces rappels : {digest.unsubscribe_url}"]
    return "\n".join(lines) + "\n"


def as_html(digest: DueDigest) -> str:
    parts = [f"<h1>{escape('À faire sans attendre' if digest.urgent else 'Ce qui vous attend')}</h1>"]
    for each, count in by_bucket(digest.counts):
        parts.append(f"<h2>{escape(_TITLES[each])} ({_number(count)})</h2>")
        shown = [one for one in digest.items if one.when is each]
        if shown:
            parts.append("<ul>" + "".join(_html_item(one, digest.url) for one in shown) + "</ul>")
    if closing := _closing(digest):
        parts.append(f"<p>{escape(closing)}</p>")
    parts.append(f'<p><a class="button" style="{BUTTON}" href="{escape(digest.url + _LIST)}">Voir toute la liste</a></p>')
    parts.append(f'<hr class="rule" style="{RULE}"><p class="quiet" style="{QUIET}">')
    parts.append(f'<a href="{escape(digest.url + _SETTINGS)}">Choisir le rythme, l\'heure et les sujets</a><br>')
    parts.append(f'<a href="{escape(digest.unsubscribe_url)}">Ne plus recevoir ces rappels</a></p>')
    return sheet(digest.subject, "\n".join(parts))


def _html_item(item: DueItemRead, url: str) -> str:
    return (
        f'<li style="margin-bottom:12px"><a href="{escape(url + item.link)}">{escape(vocabulary.words(item.kind, item.count))}</a><br>'
        f'{escape(_detail(item))}<br><span class="quiet" style="{QUIET}">{escape(item.why)}</span></li>'
    )
