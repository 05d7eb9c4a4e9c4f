"""How values of facets are said to people."""

from services.common.language import Text

KINDS: dict[str, Text] = {
    "thematic_dossier": Text("Dossier thématique", "Thematic dossier"),
    "capitalisation": Text("Document de capitalisation", "Capitalisation"),
    "experience": Text("Fiche expérience", "Experience sheet"),
    "study": Text("Étude", "Study"),
    "proceedings": Text("Compte rendu", "Proceedings"),
    "presentation": Text("Support d'intervention", "Presentation"),
    "video": Text("Vidéo", "Video"),
    "official_text": Text("Texte officiel", "Official text"),
    "newsletter": Text("Lettre d'information", "Newsletter"),
    "reference": Text("Référence", "Reference"),
    "faq": Text("Question fréquente", "Frequent question"),
}
PUBLICS: dict[str, Text] = {
    "professionals": Text("Professionnels", "Professionals"),
    "elected_officials": Text("Élus", "Elected officials"),
    "state_services": Text("Services de l'État", "State services"),
    "associations": Text("Associations", "Associations"),
    "citizens_councils": Text("Conseils citoyens", "Citizens' councils"),
    "residents": Text("Habitants", "Residents"),
    "social_landlords": Text("Bailleurs sociaux", "Social landlords"),
    "researchers": Text("Chercheurs", "Researchers"),
}
ACCESSES: dict[str, Text] = {
    "public": Text("Public", "Public"),
    "members": Text("Réservé au réseau", "For the network"),
    "embargo": Text("Sous embargo", "Under embargo"),
}
LANGUAGES: dict[str, Text] = {
    "fr": Text("Français", "French"),
    "en": Text("Anglais", "English"),
    "es": Text("Espagnol", "Spanish"),
    "de": Text("Allemand", "German"),
    "it": Text("Italien", "Italian"),
    "pt": Text("Portugais", "Portuguese"),
    "ar": Text("Arabe", "Arabic"),
    "oc": Text("Occitan", "Occitan"),
    "ca": Text("Catalan", "Catalan"),
}
BY_FACET = {"kind": KINDS, "public": PUBLICS, "access": ACCESSES, "language": LANGUAGES}
