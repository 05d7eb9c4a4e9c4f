"""What is written to who asks about their data. Pure."""

from .schemas import RequestKind

_ASKED = {
    RequestKind.EXPORT: ("recevoir tout ce que nous gardons de vous", "Vos données : confirmez votre demande"),
    RequestKind.ERASURE: ("faire effacer ce que nous gardons de vous", "Effacement de vos données : confirmez votre demande"),
}
_WARNING = {
    RequestKind.EXPORT: "",
    RequestKind.ERASURE: "\nVos inscriptions à venir seront annulées et vos noms et adresses effacés : rien ne pourra les rendre.\n",
}


def confirmation(kind: RequestKind, where: str) -> tuple[str, str]:
    """Subject and text; the same whether or not anything is held."""
    what, subject = _ASKED[kind]
    text = (
        f"Bonjour,\n\nQuelqu'un, vous sans doute, a demandé à {what}. Confirmez par ce lien, qui sert pendant 24 heures :\n\n"
        f"{where}\n{_WARNING[kind]}\nSi vous n'avez rien demandé, ne faites rien : rien ne sera envoyé ni effacé.\n"
    )
    return subject, text
