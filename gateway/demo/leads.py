"""Who asks and for what, in the demonstration: fictitious holders and the action leads of the consultation.

Everything here is static. People bear the names of plants, SIRETs lie in a made-up SIREN range and RNA numbers in a
made-up registry office, so that nobody real can be taken for a project holder.
"""

import re
from dataclasses import dataclass

QPV_BY_LETTER = {
    "C": "QP011002",  # La Conte – Ozanam
    "V": "QP011003",  # Le Viguier – Saint-Jacques
    "B": "QP011004",  # Bastide Pont-Vieux
    "F": "QP011005",  # Fleming – La Reille
    "G": "QP011006",  # Grazailles
}


@dataclass(frozen=True)
class Person:
    """Somebody who signs in or signs: `email` is always under example.org."""

    first_name: str
    last_name: str
    function: str
    email: str


@dataclass(frozen=True)
class Holder:
    """A project holder. `kind`: association | company | public_body | social_landlord; `rna` for associations only."""

    key: str
    name: str
    kind: str
    siret: str
    rna: str | None
    street: str
    postal_code: str
    city: str
    commune_code: str
    legal_representative: Person
    domains: tuple[str, ...]


@dataclass(frozen=True)
class Lead:
    """An action lead. `publics`: (French label, head count); `season`: year | school | summer | event | works."""

    key: str
    title: str
    domain: str
    objective_codes: tuple[str, ...]
    transversal_codes: tuple[str, ...]
    qpv_codes: tuple[str, ...]
    publics: tuple[tuple[str, int], ...]
    nature: str
    season: str
    typical_cost_euros: int
    need: str
    description: str


def french(text: str) -> str:
    """The text with the no-break spaces French wants inside « » and before : ; ! ? € %."""
    return re.sub("« ", "«\u00a0", re.sub(" ([:;!?»€%])", "\u00a0\\1", text))


def luhn_digit(body: str) -> str:
    """The digit that makes `body` + digit pass the Luhn check."""
    total = 0
    for position, figure in enumerate(reversed(body)):
        doubled = int(figure) * (2 if position % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def siret(seed: int) -> str:
    """A SIRET that passes Luhn, one per seed (0 to 9 999), in a SIREN range that is plainly made up (0001…)."""
    if not 0 <= seed <= 9_999:
        raise ValueError("seed must be between 0 and 9 999")
    siren = f"0001{seed:04d}"
    siren += luhn_digit(siren)
    return siren + "0001" + luhn_digit(siren + "0001")


def person(name: str, function: str, mail_name: str) -> Person:
    """`name` is "First Last"; the address is the plain-letter name at `mail_name`.example.org."""
    first_name, last_name = name.split(" ", 1)
    plain = f"{first_name}.{last_name}".lower().translate(str.maketrans("éèêëàâîïôûüç ’", "eeeeaaiiouuc--"))
    return Person(first_name, last_name, function, f"{plain}@{mail_name}.example.org")


_KINDS = {"A": "association", "E": "company", "P": "public_body", "B": "social_landlord"}


def _holder(number: int, row: tuple[str, str, str, str, str, str, str]) -> Holder:
    kind, key, name, domains, street, function, representative = row
    return Holder(
        key=key,
        name=french(name),
        kind=_KINDS[kind],
        siret=siret(1_000 + number),
        rna=f"W119{number:06d}" if kind == "A" else None,
        street=street,
        postal_code="11000",
        city="Carcassonne",
        commune_code="11069",
        legal_representative=person(representative, function, key),
        domains=tuple(domains.split()),
    )


# kind, key, name, domains, street, function, representative. Aligned by hand: one holder, one row.
# fmt: off
_HOLDER_ROWS: tuple[tuple[str, str, str, str, str, str, str], ...] = (
    ("A", "armoise", "Armoise et Compagnie santé", "sante lien",
     "3 rue des Amandiers", "Présidente", "Solène Armoise"),
    ("A", "tilleul", "Le Tilleul qui écoute", "sante jeunesse",
     "18 rue du Vent-d’Autan", "Président", "Bastien Tilleul"),
    ("A", "camomille", "Maison de santé Camomille", "sante droits",
     "7 place des Figuiers", "Présidente", "Odile Camomille"),
    ("A", "centre-social-cers", "Centre social imaginaire du Cers", "education lien jeunesse sante",
     "1 allée du Cers", "Présidente", "Mireille Garance"),
    ("A", "centre-social-autan", "Centre social imaginaire de l’Autan", "education lien langue numerique",
     "22 avenue de l’Autan", "Président", "Karim Genêt"),
    ("A", "encre-bleue", "Encre bleue et Cartable vert", "education culture",
     "5 rue des Plumiers", "Présidente", "Aurélie Bleuet"),
    ("A", "mille-cartables", "Les Mille Cartables", "education jeunesse",
     "14 rue des Platanes", "Président", "Tristan Platane"),
    ("A", "boussole-ados", "La Boussole des ados", "jeunesse tranquillite education",
     "9 boulevard des Cyprès", "Directrice", "Inès Cyprès"),
    ("A", "maison-sauterelle", "La Maison sauterelle", "jeunesse sport culture",
     "2 impasse des Sauterelles", "Présidente", "Lila Mélisse"),
    ("A", "ballon-garrigue", "Ballon de garrigue", "sport jeunesse",
     "40 chemin de la Garrigue", "Président", "Youssef Romarin"),
    ("A", "foulees-tramontane", "Les Foulées de la tramontane", "sport sante",
     "6 rue de la Tramontane", "Présidente", "Coralie Lavande"),
    ("A", "sporting-imaginaire", "Sporting imaginaire des Cinq Quartiers", "sport jeunesse",
     "31 rue du Stade-Rêvé", "Président", "Marius Olivier-Sauvage"),
    ("A", "theatre-cigale", "Le Théâtre de la cigale patiente", "culture lien",
     "12 rue des Cigales", "Présidente", "Rosa Pimprenelle"),
    ("A", "ondes-claires", "Radio Ondes claires", "culture jeunesse numerique",
     "8 rue de l’Antenne", "Président", "Hugo Verveine"),
    ("A", "lanterne-magique", "La Lanterne aux mille images", "culture education",
     "27 quai des Lanternes", "Présidente", "Salomé Jasmin"),
    ("A", "mots-passerelles", "Mots passerelles", "langue droits",
     "16 rue des Passerelles", "Présidente", "Fatou Myrtille"),
    ("A", "alphabet-soleil", "L’Alphabet au soleil", "langue droits",
     "4 rue du Soleil-Levant", "Président", "Ernest Tournesol"),
    ("A", "clic-basilic", "Clic et Basilic", "numerique droits",
     "19 rue des Basilics", "Président", "Noé Basilic"),
    ("A", "pixels-quartier", "Les Pixels de quartier", "numerique jeunesse culture",
     "11 rue des Ormeaux", "Présidente", "Jeanne Capucine"),
    ("A", "plume-droits", "La Plume et les Droits", "droits langue",
     "23 rue de l’Écritoire", "Présidente", "Claire Ancolie"),
    ("A", "toutes-dehors", "Toutes dehors !", "droits lien tranquillite",
     "30 rue des Glycines", "Présidente", "Samia Glycine"),
    ("A", "cafe-parasol", "Le Café parasol", "lien culture",
     "2 place du Parasol", "Présidente", "Agathe Mirabelle"),
    ("A", "grande-table", "La Grande Table partagée", "lien sante environnement",
     "15 rue des Marmites", "Président", "Lucien Potiron"),
    ("A", "fil-voisins", "Le Fil des voisins", "lien tranquillite logement",
     "10 rue des Balcons", "Présidente", "Denise Lierre"),
    ("A", "veilleurs-doux", "Les Veilleurs doux", "tranquillite",
     "21 rue du Réverbère", "Directeur", "Abel Houx"),
    ("A", "pas-a-pas", "Pas à pas prévention", "tranquillite jeunesse",
     "33 avenue des Mûriers", "Présidente", "Nadia Mûrier"),
    ("A", "main-levee", "Main levée aide et écoute", "tranquillite droits",
     "6 rue des Aubépines", "Présidente", "Estelle Aubépine"),
    ("A", "regie-pont-vert", "Régie de quartier imaginaire du Pont vert", "environnement logement emploi amenagement",
     "50 rue du Pont-Vert", "Présidente", "Monique Saule"),
    ("A", "vers-de-terre", "Les Vers de terre enthousiastes", "environnement",
     "13 chemin des Jardiniers", "Président", "Félix Noisetier"),
    ("A", "seconde-seve", "Seconde Sève ressourcerie", "environnement emploi",
     "44 rue des Ateliers", "Présidente", "Hélène Sureau"),
    ("A", "murs-secs", "Murs secs et Cœurs chauds", "logement environnement",
     "17 rue des Murets", "Président", "Gaspard Lichen"),
    ("A", "atelier-places", "L’Atelier des places à vivre", "amenagement culture",
     "28 rue des Bancs-Publics", "Présidente", "Violette Acacia"),
    ("A", "mission-trois-vents", "Mission jeunesse imaginaire des Trois Vents", "emploi jeunesse entreprise",
     "1 place des Trois-Vents", "Présidente", "Brigitte Sarrasin"),
    ("A", "tremplin-thym", "Tremplin Thym insertion", "emploi logement mobilite",
     "36 rue du Thym", "Directeur", "Stéphane Thym"),
    ("A", "roue-libre", "La Roue libre des capitelles", "mobilite environnement",
     "9 rue des Capitelles", "Présidente", "Alice Coquelicot"),
    ("A", "clef-des-routes", "La Clef des routes", "mobilite garage",
     "41 route du Moulin-à-Vent", "Président", "Malik Chardon"),
    ("A", "metiers-en-vue", "Métiers en vue", "orientation education",
     "25 rue des Compagnons", "Présidente", "Louise Muguet"),
    ("A", "horizons-genevrier", "Horizons genévrier mentorat", "orientation jeunesse",
     "20 rue des Genévriers", "Président", "Adrien Genévrier"),
    ("A", "ruche-idees", "La Ruche aux idées", "entreprise commerce",
     "5 rue des Abeilles", "Présidente", "Yasmine Safran"),
    ("A", "vitrines-claires", "Vitrines claires", "commerce entreprise",
     "38 rue des Étals", "Président", "Robert Pivoine"),
    ("A", "club-fenouil", "Club d’entreprises Fenouil", "entreprise orientation emploi",
     "60 avenue des Établis", "Présidente", "Carole Fenouil"),
    ("E", "garage-coquille", "Garage coopératif La Coquille", "garage",
     "72 route des Escargots", "Gérant", "Damien Bourrache"),
    ("E", "cooperative-sauge", "Coopérative d’activités Sauge", "entreprise commerce",
     "34 rue de la Sauge", "Gérante", "Viviane Sauge"),
    ("P", "ccas-demo", "CCAS de démonstration", "droits lien sante",
     "1 place de la Démonstration", "Vice-présidente", "Françoise Primevère"),
    ("P", "college-amandiers", "Collège imaginaire des Amandiers", "orientation education",
     "2 rue des Amandiers", "Principal", "Paul Marjolaine"),
    ("P", "ville-demo", "Service quartiers de la ville de démonstration", "amenagement commerce",
     "3 place de la Démonstration", "Adjointe au maire", "Sylvie Érable"),
    ("B", "foyer-amandiers", "Le Foyer imaginaire des amandiers", "amenagement logement",
     "11 avenue des Amandiers", "Directeur", "Alain Peuplier"),
)
# fmt: on

HOLDERS: tuple[Holder, ...] = tuple(_holder(number, row) for number, row in enumerate(_HOLDER_ROWS, start=1))


def _lead(
    key: str,
    title: str,
    domain: str,
    codes: str,
    quarters: str,
    thousands: int,
    publics: dict[str, int],
    need: str,
    description: str,
    season: str = "year",
    nature: str = "action",
) -> Lead:
    """`codes` mixes objectives and transversal concerns ("1 4 habitants"); `quarters` is letters of QPV_BY_LETTER."""
    parts = codes.split()
    return Lead(
        key=key,
        title=title,
        domain=domain,
        objective_codes=tuple(code for code in parts if code.isdigit()),
        transversal_codes=tuple(code for code in parts if not code.isdigit()),
        qpv_codes=tuple(QPV_BY_LETTER[letter] for letter in quarters),
        publics=tuple(publics.items()),
        nature=nature,
        season=season,
        typical_cost_euros=thousands * 1_000,
        need=french(need),
        description=french(description),
    )


# key, title, domain, codes, quarters, thousands of euros, publics, need, description. Aligned by hand.
# fmt: off
LEADS: tuple[Lead, ...] = (
    # GRANDIR 1: vivre en bonne santé
    _lead("permanences-sante", "Permanences santé en pied d’immeuble", "sante", "1 4 habitants", "CFGV", 38,
          {"Adultes": 120, "Familles": 40},
          "Faute de médecin proche, beaucoup d’habitants remettent leurs soins à plus tard. "
          "Les démarches pour ouvrir leurs droits découragent les autres.",
          "Une infirmière et une médiatrice tiennent une permanence chaque semaine dans un local du quartier. "
          "Elles orientent, prennent les rendez-vous et accompagnent le premier."),
    _lead("ecoute-jeunes", "Écoute psychologique des 12–25 ans", "sante", "1 2", "CGV", 30,
          {"Collégiens et lycéens": 60, "Jeunes adultes": 35},
          "Les équipes éducatives voient monter l’anxiété des adolescents et ne savent plus vers qui les adresser.",
          "Une psychologue reçoit sans rendez-vous au centre social et au collège. "
          "Trois groupes de parole complètent l’accueil individuel."),
    _lead("bus-depistage", "Bus du dépistage, dents et vue", "sante", "1 mobilites", "CVFG", 26,
          {"Enfants": 180, "Seniors": 60},
          "Les dépistages simples restent rares loin du centre-ville et les soins arrivent trop tard.",
          "Un bus équipé s’arrête huit fois dans l’année au pied des immeubles. "
          "Chaque dépistage donne lieu à un suivi par téléphone.", "event"),
    _lead("cuisine-saison", "Cuisiner de saison avec peu", "sante", "1 climat habitants", "CVG", 18,
          {"Familles": 45, "Seniors": 20},
          "Manger équilibré coûte cher et les maladies liées à l’alimentation progressent.",
          "Un atelier de cuisine par semaine, du marché au repas partagé, avec une diététicienne et des habitantes "
          "relais."),
    _lead("sport-sante-seniors", "Bouger à tout âge", "sport", "1 3", "CVG", 18,
          {"Seniors": 70, "Personnes en longue maladie": 20},
          "Les retraités isolés sortent peu et perdent vite leur aisance.",
          "Deux séances hebdomadaires d’activité physique adaptée, suivies d’un temps convivial. "
          "Un bilan de forme est proposé à l’entrée et à la sortie."),
    # GRANDIR 2: éducation et parcours des jeunes
    _lead("soutien-scolaire", "Accompagnement à la scolarité", "education", "2", "CVBFG", 36,
          {"Enfants": 50, "Collégiens et lycéens": 30, "Parents": 45},
          "Trop d’élèves n’ont ni le calme ni l’aide nécessaires pour faire leurs devoirs.",
          "Quatre soirs par semaine, de petits groupes travaillent avec un animateur et des bénévoles. "
          "Les parents sont invités une fois par mois.", "school"),
    _lead("vacances-apprenantes", "Vacances apprenantes hors les murs", "education", "2 3 mobilites", "CVG", 42,
          {"Enfants": 72, "Collégiens et lycéens": 24},
          "Bien des enfants ne quittent pas le quartier de l’été.",
          "Quatre séjours d’une semaine mêlent révisions, nature et sport. "
          "Les départs sont préparés avec les familles.", "summer"),
    _lead("cafe-parents", "Café des parents", "education", "2 4 habitants", "CBFG", 17,
          {"Parents": 60},
          "L’école intimide des parents qui n’en maîtrisent pas les codes.",
          "Un rendez-vous tous les quinze jours, tantôt à l’école, tantôt au centre social. "
          "Les thèmes sont choisis par les parents.", "school"),
    _lead("lieu-ados", "Un lieu à soi pour les adolescents", "jeunesse", "2 3 habitants", "CV", 50,
          {"Collégiens et lycéens": 80},
          "Les 14–17 ans n’ont plus d’endroit pour se retrouver après les cours.",
          "Un local ouvre en fin de journée et le samedi, animé par deux professionnels. "
          "Les jeunes en décident le programme et les règles."),
    _lead("soirees-jeunes", "Présence éducative en soirée", "jeunesse", "2 5", "VFG", 44,
          {"Jeunes adultes": 90, "Collégiens et lycéens": 60},
          "Des enfants et des jeunes restent dehors tard, sans adulte à qui parler.",
          "Une équipe d’éducateurs tourne trois soirs par semaine et propose des activités immédiates. "
          "Chaque rencontre peut ouvrir un accompagnement."),
    _lead("sortir-du-quartier", "Sortir, voir et raconter", "education", "2 3 mobilites", "CBV", 22,
          {"Enfants": 60, "Familles": 25},
          "La mer, la montagne et les musées sont à une heure mais beaucoup d’enfants ne les ont jamais vus.",
          "Douze sorties en car ou en train, préparées avec les familles puis racontées dans une exposition."),
    _lead("savoir-rouler", "Savoir rouler à vélo avant la sixième", "mobilite", "2 climat mobilites", "CFG", 15,
          {"Enfants": 110},
          "Peu d’enfants savent circuler à vélo et les trajets courts se font en voiture.",
          "Dix heures d’apprentissage par classe, dans la cour puis dans la rue, avec prêt de vélos.", "school"),
    _lead("fonctionnement-clas", "Coordination de l’aide aux devoirs des cinq quartiers", "education", "2", "CVBFG", 34,
          {"Bénévoles et professionnels": 40},
          "Plusieurs structures aident les mêmes élèves sans se connaître.",
          "Une coordinatrice anime le réseau, forme les bénévoles et tient un calendrier commun.",
          nature="fonctionnement"),
    # GRANDIR 3: culture et sport
    _lead("mediation-culturelle", "Médiation culturelle à domicile", "culture", "3 habitants", "CVBG", 30,
          {"Familles": 80, "Seniors": 30},
          "L’offre culturelle s’est éloignée et les habitants ne poussent plus la porte des salles.",
          "Deux médiatrices vont chez l’habitant avec un artiste, puis invitent les voisins à la représentation."),
    _lead("sport-feminin", "Multisport au féminin", "sport", "3 4", "CVG", 20,
          {"Femmes": 75},
          "Les équipements sportifs sont occupés par les hommes et les horaires écartent les mères.",
          "Trois créneaux réservés aux femmes, avec une garde d’enfants sur place. "
          "Une journée ouverte à tous clôt la saison."),
    _lead("futsal", "Naissance d’une équipe de futsal", "sport", "3 2", "V", 16,
          {"Collégiens et lycéens": 45},
          "Le quartier n’a pas de club et les jeunes jouent seuls le soir.",
          "Création d’une section de futsal, avec formation de deux entraîneurs du quartier.", "school"),
    _lead("theatre-forum", "Théâtre-forum des habitantes", "culture", "3 4 habitants", "CBG", 18,
          {"Femmes": 40, "Adultes": 60},
          "Ce que vivent les femmes dans le quartier se dit peu en public.",
          "Une troupe amateur écrit et joue des scènes de la vie de tous les jours. "
          "Le public y prend la parole pour changer la fin."),
    _lead("studio-radio", "Studio mobile et radio de quartier", "culture", "3 2", "CVB", 28,
          {"Collégiens et lycéens": 50, "Adultes": 20},
          "Les jeunes consomment l’information sans la produire et leur quartier n’y paraît que par les faits divers.",
          "Un studio mobile s’installe deux semaines par quartier. Les émissions sont écrites et animées sur place."),
    _lead("fete-quartier", "Fête de quartier fabriquée ensemble", "lien", "3 4 habitants", "CVBG", 14,
          {"Habitants": 400},
          "Les occasions de se retrouver toutes générations confondues ont disparu.",
          "Trois mois d’ateliers préparent une journée de fête. "
          "La logistique est confiée à un comité d’habitants.", "event"),
    _lead("bibliotheque-rue", "Bibliothèque de rue", "culture", "3 2", "CG", 14,
          {"Enfants": 90, "Parents": 40},
          "La bibliothèque est loin et le livre absent de bien des maisons.",
          "Chaque mercredi, des tapis et des malles de livres s’installent au pied des tours.", "school"),
    # GRANDIR 4: solidarités et accès aux droits
    _lead("fle", "Français pour la vie de tous les jours", "langue", "4", "CVBFG", 46,
          {"Adultes": 70, "Personnes exilées": 40},
          "Ne pas parler français ferme la porte du médecin, de l’école et de l’emploi.",
          "Quatre groupes de niveau, six heures par semaine, avec garde d’enfants. "
          "Les séances partent de situations vécues.", "school"),
    _lead("delf", "Vers le diplôme de français", "langue", "4 8", "CBG", 20,
          {"Adultes": 36},
          "Le titre de séjour et l’emploi demandent une preuve de niveau que peu de personnes osent préparer.",
          "Stages intensifs, examens blancs et prise en charge de l’inscription.", "school"),
    _lead("ateliers-numeriques", "Ateliers numériques du quotidien", "numerique", "4 8", "CVBFG", 28,
          {"Adultes": 80, "Seniors": 50},
          "Les démarches sont en ligne et beaucoup d’habitants n’ont ni l’outil ni l’aisance.",
          "Ateliers par petits groupes, du premier courriel au dossier en ligne. "
          "Un prêt de tablette prolonge l’apprentissage."),
    _lead("ecrivain-public", "Écrivain public et accès aux droits", "droits", "4", "CVBFG", 26,
          {"Adultes": 300},
          "Des droits ne sont pas demandés, par méconnaissance ou par lassitude.",
          "Trois permanences par semaine dans les quartiers et une visite à domicile sur demande."),
    _lead("place-des-femmes", "Marches des femmes dans l’espace public", "droits", "4 7 habitants", "CVG", 16,
          {"Femmes": 60},
          "Les femmes traversent le quartier sans s’y arrêter et évitent certains lieux le soir.",
          "Des marches exploratoires relèvent ce qui gêne et ce qui rassure. "
          "Les propositions sont portées devant la ville et les bailleurs."),
    _lead("cafe-associatif", "Café associatif ambulant", "lien", "4 habitants", "CBF", 28,
          {"Familles": 70, "Seniors": 40},
          "Aucun lieu n’accueille les familles sans condition ni inscription.",
          "Une caravane aménagée s’ouvre trois après-midi par semaine. Jeux, boissons et informations sont offerts."),
    _lead("table-ages", "À la cantine avec les anciens", "lien", "4 2", "CVB", 15,
          {"Seniors": 40, "Enfants": 80},
          "Des aînés déjeunent seuls à deux pas d’une école.",
          "Deux fois par semaine, la cantine accueille des aînés à la table des enfants.", "school"),
    _lead("accueil-exiles", "Premiers pas des personnes exilées", "droits", "4 8", "BCV", 34,
          {"Personnes exilées": 65},
          "Les nouveaux arrivants se perdent entre les guichets et tardent à se former.",
          "Un accompagnement de six mois, avec interprète, vers les droits, le logement et la formation."),
    _lead("visites-aines", "Visites de voisinage aux aînés", "lien", "4 1", "CVG", 20,
          {"Seniors": 75},
          "L’isolement des plus âgés s’aggrave, surtout dans les immeubles sans ascenseur.",
          "Des bénévoles formés rendent visite chaque semaine et alertent quand la santé décline."),
    _lead("fonctionnement-centre", "Animation globale d’un lieu ressource", "lien", "4 habitants", "CVBFG", 44,
          {"Habitants": 500},
          "Les actions tiennent à une équipe permanente que les aides par projet ne suffisent pas à payer.",
          "Accueil quotidien, appui aux initiatives d’habitants et gestion des locaux partagés.",
          nature="fonctionnement"),
    _lead("fonctionnement-reseau", "Appui aux petites associations", "droits", "4", "CVBFG", 38,
          {"Bénévoles et professionnels": 90},
          "Les petites associations butent sur l’administratif et s’épuisent.",
          "Un point d’appui partagé, avec aide aux dossiers, comptabilité simple et rencontres de réseau.",
          nature="fonctionnement"),
    # HABITER 5: apaiser
    _lead("mediation-nocturne", "Médiation sociale nocturne", "tranquillite", "5", "VBFG", 78,
          {"Habitants": 600},
          "Les tensions naissent le soir, quand plus personne ne répond.",
          "Un binôme de médiateurs marche de 19 h à minuit, apaise les conflits et rappelle les usages communs. "
          "Un relevé hebdomadaire est transmis aux partenaires."),
    _lead("abords-ecoles", "Abords d’écoles apaisés", "tranquillite", "5 mobilites", "VBFG", 15,
          {"Enfants": 250, "Parents": 120},
          "La sortie des classes est dangereuse entre vitesse et stationnement sauvage.",
          "Des ateliers de sécurité routière et des parents relais préparent la mise en place d’une rue scolaire.",
          "school"),
    _lead("dialogue-police", "Dialogue entre police et habitants", "tranquillite", "5 habitants", "VFG", 12,
          {"Jeunes adultes": 60, "Habitants": 80},
          "La présence policière est attendue mais le contact se résume aux contrôles.",
          "Des rencontres régulières, des tournois mixtes et des visites du commissariat recréent un lien."),
    _lead("bon-voisinage", "Médiation de bon voisinage", "tranquillite", "5 6 habitants", "VG", 22,
          {"Habitants": 150},
          "Bruit, poubelles et paliers encombrés enveniment la vie des immeubles.",
          "Des habitants formés à la médiation reçoivent les plaintes et proposent un accord entre voisins."),
    _lead("prevention-trafics", "Ne pas entrer dans le trafic", "tranquillite", "5 2", "VG", 42,
          {"Collégiens et lycéens": 70, "Parents": 40},
          "Les réseaux recrutent tôt et les familles se sentent démunies.",
          "Un suivi renforcé des plus exposés, un travail avec le collège et un groupe de parents."),
    _lead("maraude", "Maraude et partage de l’espace public", "tranquillite", "5 4", "B", 36,
          {"Personnes sans abri": 50, "Habitants": 80},
          "La présence de personnes sans abri inquiète les riverains et personne ne fait le lien.",
          "Une maraude de jour va vers les personnes sans abri, les riverains et les commerçants."),
    _lead("aide-victimes", "Soutien aux victimes et aux témoins", "tranquillite", "5 4", "VFG", 20,
          {"Adultes": 90},
          "La peur des représailles empêche de parler et de porter plainte.",
          "Une juriste et une psychologue reçoivent à l’écart du quartier, avec un accompagnement au tribunal."),
    # HABITER 6: entretenir et embellir
    _lead("compostage", "Compostage en pied d’immeuble", "environnement", "6 climat habitants", "CVBFG", 16,
          {"Familles": 140},
          "Les déchets de cuisine remplissent des bacs qui débordent.",
          "Six sites de compostage, des référents formés et une distribution de terreau au printemps."),
    _lead("chantier-educatif", "Chantier éducatif d’embellissement", "environnement", "6 9", "CVG", 34,
          {"Jeunes adultes": 24},
          "Les halls sont abîmés et des jeunes cherchent une première expérience.",
          "Quatre chantiers de deux semaines, payés et encadrés, repeignent halls et murets.", "summer"),
    _lead("propre-ensemble", "Propre ensemble, jeux et gestes", "environnement", "6 climat habitants", "CVBFG", 17,
          {"Habitants": 300},
          "La propreté est le premier sujet de plainte et les campagnes classiques ne touchent plus.",
          "Kiosque à cartons, cendriers de vote et défis entre cages d’escalier. "
          "Les résultats sont affichés chaque mois."),
    _lead("ressourcerie-mobile", "Ressourcerie mobile des encombrants", "environnement", "6 8 climat", "CVBFG", 34,
          {"Familles": 220},
          "Les encombrants s’entassent au pied des immeubles entre deux collectes.",
          "Un camion passe tous les quinze jours, répare ce qui peut l’être et revend à petit prix."),
    _lead("habiter-sain", "Habiter sain, humidité et économies d’énergie", "logement", "6 1 climat", "FG", 24,
          {"Familles": 80},
          "L’humidité abîme les logements et alourdit les factures.",
          "Visites à domicile, petit outillage prêté et ateliers d’entretien. "
          "Les désordres graves sont signalés au bailleur."),
    _lead("halls-accueillants", "Des halls et des caves qui servent", "logement", "6 habitants", "CVG", 20,
          {"Habitants": 120},
          "Caves fermées et halls sans usage donnent un sentiment d’abandon.",
          "Avec les locataires, trois halls et une cave deviennent boîte à livres, local à vélos ou atelier."),
    _lead("fonctionnement-regie", "Permanence d’une régie d’entretien", "environnement", "6 8", "CVBFG", 46,
          {"Habitants": 400},
          "L’entretien quotidien demande une équipe stable que les marchés ne couvrent pas.",
          "Encadrement technique, accompagnement social des salariés et lien avec les locataires.",
          nature="fonctionnement"),
    # HABITER 7: aménager
    _lead("aire-jeux", "Aire de jeux dessinée par les enfants", "amenagement", "7 habitants", "CG", 76,
          {"Enfants": 160},
          "L’aire de jeux est vétuste et les plus petits n’y vont plus.",
          "Conception avec deux classes, travaux sur l’été et chantier participatif pour les plantations.",
          "works", "investissement"),
    _lead("cour-vegetale", "Cours d’école ouvertes et végétales", "amenagement", "7 climat", "CVF", 68,
          {"Enfants": 200},
          "Le bitume rend les cours invivables en juin et le quartier manque d’ombre.",
          "Désimperméabilisation d’une partie de la cour, plantations et ouverture aux familles le samedi.",
          "works", "investissement"),
    _lead("mobilier-quartier", "Bancs et tables fabriqués ici", "amenagement", "7 6 habitants", "CFG", 56,
          {"Habitants": 250},
          "Il n’y a plus où s’asseoir, et les lieux de rencontre se vident.",
          "Bancs et tables de pique-nique sont dessinés, construits et posés avec les habitants.",
          "works", "investissement"),
    _lead("plateau-sportif", "Plateau sportif remis en jeu", "amenagement", "7 3", "VG", 82,
          {"Jeunes adultes": 120, "Femmes": 40},
          "Le plateau sportif est usé, mal éclairé et monopolisé par quelques-uns.",
          "Réfection du sol, éclairage sobre et règles d’usage écrites avec les associations.",
          "works", "investissement"),
    _lead("atelier-urbain", "Atelier urbain des habitants", "amenagement", "7 habitants", "CVFG", 22,
          {"Habitants": 90},
          "Les grands projets avancent sans que les habitants en comprennent le calendrier.",
          "Maquettes, balades urbaines et réunions courtes préparent chaque étape des projets."),
    _lead("ilots-fraicheur", "Îlots de fraîcheur à l’essai", "environnement", "7 climat", "CVG", 24,
          {"Habitants": 180},
          "Les étés deviennent difficiles dans les logements et sur les places minérales.",
          "Ombrières, brumisateurs et plantations en bac sont testés un été avant des travaux durables.", "summer"),
    # TRAVAILLER 8: rapprocher des opportunités
    _lead("job-dating", "Rencontres d’embauche au pied des immeubles", "emploi", "8", "CVBFG", 18,
          {"Demandeurs d’emploi": 150},
          "Les offres ne parviennent pas aux habitants et les employeurs ne viennent pas jusqu’à eux.",
          "Six rencontres dans l’année, préparées par des ateliers et suivies d’un rappel de chaque candidat.",
          "event"),
    _lead("garage-solidaire", "Garage solidaire", "garage", "8 4 mobilites", "CFG", 56,
          {"Demandeurs d’emploi": 70, "Salariés précaires": 40},
          "Une panne suffit à perdre un emploi quand le bus ne passe ni tôt ni tard.",
          "Réparation à tarif social, location de courte durée et ateliers d’entretien."),
    _lead("velo-ecole", "Vélo-école pour adultes", "mobilite", "8 4 climat mobilites", "CVBG", 22,
          {"Femmes": 45, "Adultes": 25},
          "Beaucoup d’adultes, des femmes surtout, n’ont jamais appris à rouler.",
          "Quatre sessions de douze séances, puis un vélo remis en état à petit prix."),
    _lead("permis", "Le permis sans décrocher", "mobilite", "8 9 mobilites", "CVG", 38,
          {"Jeunes adultes": 30},
          "Le coût du permis et l’échec au code bloquent les embauches.",
          "Une bourse en échange d’heures d’engagement, avec soutien au code et simulateur de conduite."),
    _lead("tapaj", "TAPAJ, travailler à la journée", "emploi", "8 4", "B", 50,
          {"Jeunes adultes": 35},
          "Des jeunes en grande précarité ne peuvent tenir d’emblée un emploi à temps plein.",
          "Des contrats de quelques heures, payés le jour même, ouvrent la voie à un parcours de soin et d’emploi."),
    _lead("francais-pro", "Français et anglais des métiers", "langue", "8 4", "CVBG", 28,
          {"Demandeurs d’emploi": 48},
          "Le vocabulaire du métier manque à des personnes par ailleurs qualifiées.",
          "Modules par filière, au plus près des gestes, avec visites et stages courts.", "school"),
    _lead("estime-sport", "Reprendre confiance par le sport", "sport", "8 3", "VCG", 24,
          {"Demandeurs d’emploi": 40, "Femmes": 20},
          "Le manque de confiance ferme la porte de l’entretien avant même le rendez-vous.",
          "Douze semaines d’entraînement collectif, d’ateliers de parole et de rencontres d’employeurs."),
    _lead("chantier-tremplin", "Chantier tremplin, et après", "emploi", "8 6", "CVG", 62,
          {"Demandeurs d’emploi": 16},
          "À la sortie d’un chantier, trop de salariés reviennent à la case départ.",
          "Un chantier d’entretien de six mois, puis six mois de suivi dans l’emploi ou la formation."),
    _lead("mediation-emploi", "Médiation vers l’emploi et clauses sociales", "emploi", "8 12", "CVB", 34,
          {"Demandeurs d’emploi": 60},
          "Les heures d’insertion des marchés publics profitent peu aux habitants.",
          "Un médiateur repère, prépare et suit les candidats, et rassure l’employeur pendant les premiers mois."),
    # TRAVAILLER 9: champ des possibles des plus jeunes
    _lead("parcours-atypiques", "Parcours atypiques en classe", "orientation", "9 2", "CVG", 14,
          {"Collégiens et lycéens": 240},
          "Les élèves connaissent peu de métiers et s’en interdisent beaucoup.",
          "Des professionnels issus des quartiers racontent leur parcours et reçoivent ensuite une journée.", "school"),
    _lead("stages-troisieme", "Un vrai stage de troisième", "orientation", "9", "CVG", 18,
          {"Collégiens et lycéens": 90},
          "Sans réseau familial, le stage se fait au plus près et apprend peu.",
          "Une bourse de stages, une préparation par groupe et un retour d’expérience devant la classe.", "school"),
    _lead("metiers-soin", "À la découverte des métiers du soin", "orientation", "9 8", "CVG", 15,
          {"Collégiens et lycéens": 100},
          "Les établissements de soin recrutent et les jeunes n’y pensent pas.",
          "Visites, gestes de premiers secours et tutorat par de jeunes professionnels.", "school"),
    _lead("mentorat", "Mentorat pour poursuivre ses études", "orientation", "9 2", "CVG", 24,
          {"Collégiens et lycéens": 30, "Jeunes adultes": 20},
          "L’orientation se subit faute de quelqu’un à qui en parler.",
          "Des binômes entre un jeune et un professionnel se voient deux fois par mois pendant un an."),
    # TRAVAILLER 10: initiative économique des habitants
    _lead("centre-affaires", "Centre d’affaires éphémère", "entreprise", "10 12", "CB", 46,
          {"Créateurs d’entreprise": 50},
          "Les micro-entreprises des quartiers travaillent depuis un coin de table et restent invisibles.",
          "Un local ouvre six mois par quartier, avec bureaux, salle de réunion et services partagés."),
    _lead("creer-ici", "Créer son activité, de l’idée au premier client", "entreprise", "10", "CBF", 40,
          {"Créateurs d’entreprise": 45},
          "Des habitants ont un savoir-faire et renoncent devant les démarches.",
          "Un parcours de quatre mois, à l’essai et sans risque, suivi par des entrepreneurs du territoire."),
    _lead("entreprendre-femmes", "Entrepreneures du quartier", "entreprise", "10 4", "CF", 26,
          {"Femmes": 30},
          "Les femmes créent moins, faute de garde d’enfants et de réseau.",
          "Ateliers en journée, marrainage et marché de créatrices en fin d’année."),
    _lead("fonctionnement-tierslieu", "Ouverture quotidienne d’un tiers-lieu", "entreprise", "10 11", "CBF", 42,
          {"Créateurs d’entreprise": 80},
          "Le tiers-lieu vit de projets courts et ne peut garantir ses horaires.",
          "Accueil, animation et entretien du lieu, ouvert cinq jours sur sept.", nature="fonctionnement"),
    # TRAVAILLER 11: commerce de proximité
    _lead("marche-quartier", "Petit marché du quartier", "commerce", "11 habitants", "CF", 24,
          {"Habitants": 350, "Commerçants": 15},
          "Acheter des produits frais demande de prendre la voiture.",
          "Un marché hebdomadaire de dix étals, avec un stand offert aux producteurs débutants."),
    _lead("table-midi", "Une table à midi", "commerce", "11 10", "CF", 46,
          {"Habitants": 120, "Salariés du quartier": 60},
          "Ni salariés ni habitants ne trouvent où déjeuner dans le quartier.",
          "Un restaurant d’essai accueille tour à tour des cuisiniers du quartier qui testent leur projet."),
    _lead("boutique-essai", "Boutique à l’essai", "commerce", "11 10", "BC", 44,
          {"Commerçants": 8, "Habitants": 300},
          "Des cellules commerciales restent vides parce que le premier bail fait peur.",
          "Une boutique équipée est louée six mois à prix doux, avec un suivi de gestion."),
    _lead("commercants-relies", "Commerçants reliés", "commerce", "11", "BCF", 16,
          {"Commerçants": 40},
          "Chaque commerçant fait face seul aux charges et aux incivilités.",
          "Une animatrice visite les commerces, anime deux quinzaines et tient un guide des aides."),
    # TRAVAILLER 12: quartiers dans le développement économique
    _lead("club-employeurs", "Club des employeurs engagés", "entreprise", "12 8", "CVB", 22,
          {"Entreprises": 45, "Demandeurs d’emploi": 60},
          "Les entreprises prêtes à s’engager ne savent ni comment ni avec qui.",
          "Un club fait vivre des engagements simples, entre stages, parrainages, achats et embauches."),
    _lead("cuir-filiere", "Un pied dans la maroquinerie", "emploi", "12 8", "CVB", 34,
          {"Demandeurs d’emploi": 24},
          "Un atelier de maroquinerie va recruter et les formations sont loin.",
          "Initiation au cuir, tests d’habileté et préparation aux formations de la filière.", "school"),
    _lead("tourisme-filiere", "Les métiers du tourisme à portée de main", "emploi", "12 9 mobilites", "VBC", 26,
          {"Jeunes adultes": 36},
          "La Cité accueille des visiteurs du monde entier et les quartiers voisins en vivent peu.",
          "Anglais d’accueil, immersion chez des professionnels et aide au logement des saisonniers.", "school"),
    _lead("logistique-partagee", "Groupement d’employeurs des quartiers", "entreprise", "12", "CBV", 30,
          {"Entreprises": 20, "Demandeurs d’emploi": 25},
          "Des petites entreprises ont besoin de quelques heures que nul ne peut offrir seul.",
          "Un groupement assemble ces heures en emplois durables, en commençant par la logistique."),
)
# fmt: on
