"""Action leads of the consultation: GRANDIR, the life of inhabitants."""

from .lead import lead
from .model import Lead

# key, title, domain, codes, quarters, thousands of euros, publics, need, description. Aligned by hand.
# fmt: off
GRANDIR: tuple[Lead, ...] = (
    # GRANDIR 1: vivre en bonne santé
    lead("permanences-sante", "Permanences santé en pied d’immeuble", "sante", "1 4 habitants", "CFGV", 38,
         {"Adultes": 120, "Familles": 40},
         "Faute de médecin proche, beaucoup d’habitants remettent leurs soins à plus tard. "
         "Les démarches pour ouvrir leurs droits découragent les autres.",
         "Une infirmière et une médiatrice tiennent une permanence chaque semaine dans un local du quartier. "
         "Elles orientent, prennent les rendez-vous et accompagnent le premier."),
    lead("ecoute-jeunes", "Écoute psychologique des 12–25 ans", "sante", "1 2", "CGV", 30,
         {"Collégiens et lycéens": 60, "Jeunes adultes": 35},
         "Les équipes éducatives voient monter l’anxiété des adolescents et ne savent plus vers qui les adresser.",
         "Une psychologue reçoit sans rendez-vous au centre social et au collège. "
         "Trois groupes de parole complètent l’accueil individuel."),
    lead("bus-depistage", "Bus du dépistage, dents et vue", "sante", "1 mobilites", "CVFG", 26,
         {"Enfants": 180, "Seniors": 60},
         "Les dépistages simples restent rares loin du centre-ville et les soins arrivent trop tard.",
         "Un bus équipé s’arrête huit fois dans l’année au pied des immeubles. "
         "Chaque dépistage donne lieu à un suivi par téléphone.", "event"),
    lead("cuisine-saison", "Cuisiner de saison avec peu", "sante", "1 climat habitants", "CVG", 18,
         {"Familles": 45, "Seniors": 20},
         "Manger équilibré coûte cher et les maladies liées à l’alimentation progressent.",
         "Un atelier de cuisine par semaine, du marché au repas partagé, avec une diététicienne et des habitantes "
         "relais."),
    lead("sport-sante-seniors", "Bouger à tout âge", "sport", "1 3", "CVG", 18,
         {"Seniors": 70, "Personnes en longue maladie": 20},
         "Les retraités isolés sortent peu et perdent vite leur aisance.",
         "Deux séances hebdomadaires d’activité physique adaptée, suivies d’un temps convivial. "
         "Un bilan de forme est proposé à l’entrée et à la sortie."),
    # GRANDIR 2: éducation et parcours des jeunes
    lead("soutien-scolaire", "Accompagnement à la scolarité", "education", "2", "CVBFG", 36,
         {"Enfants": 50, "Collégiens et lycéens": 30, "Parents": 45},
         "Trop d’élèves n’ont ni le calme ni l’aide nécessaires pour faire leurs devoirs.",
         "Quatre soirs par semaine, de petits groupes travaillent avec un animateur et des bénévoles. "
         "Les parents sont invités une fois par mois.", "school"),
    lead("vacances-apprenantes", "Vacances apprenantes hors les murs", "education", "2 3 mobilites", "CVG", 42,
         {"Enfants": 72, "Collégiens et lycéens": 24},
         "Bien des enfants ne quittent pas le quartier de l’été.",
         "Quatre séjours d’une semaine mêlent révisions, nature et sport. "
         "Les départs sont préparés avec les familles.", "summer"),
    lead("cafe-parents", "Café des parents", "education", "2 4 habitants", "CBFG", 17,
         {"Parents": 60},
         "L’école intimide des parents qui n’en maîtrisent pas les codes.",
         "Un rendez-vous tous les quinze jours, tantôt à l’école, tantôt au centre social. "
         "Les thèmes sont choisis par les parents.", "school"),
    lead("lieu-ados", "Un lieu à soi pour les adolescents", "jeunesse", "2 3 habitants", "CV", 50,
         {"Collégiens et lycéens": 80},
         "Les 14–17 ans n’ont plus d’endroit pour se retrouver après les cours.",
         "Un local ouvre en fin de journée et le samedi, animé par deux professionnels. "
         "Les jeunes en décident le programme et les règles."),
    lead("soirees-jeunes", "Présence éducative en soirée", "jeunesse", "2 5", "VFG", 44,
         {"Jeunes adultes": 90, "Collégiens et lycéens": 60},
         "Des enfants et des jeunes restent dehors tard, sans adulte à qui parler.",
         "Une équipe d’éducateurs tourne trois soirs par semaine et propose des activités immédiates. "
         "Chaque rencontre peut ouvrir un accompagnement."),
    lead("sortir-du-quartier", "Sortir, voir et raconter", "education", "2 3 mobilites", "CBV", 22,
         {"Enfants": 60, "Familles": 25},
         "La mer, la montagne et les musées sont à une heure mais beaucoup d’enfants ne les ont jamais vus.",
         "Douze sorties en car ou en train, préparées avec les familles puis racontées dans une exposition."),
    lead("savoir-rouler", "Savoir rouler à vélo avant la sixième", "mobilite", "2 climat mobilites", "CFG", 15,
         {"Enfants": 110},
         "Peu d’enfants savent circuler à vélo et les trajets courts se font en voiture.",
         "Dix heures d’apprentissage par classe, dans la cour puis dans la rue, avec prêt de vélos.", "school"),
    lead("fonctionnement-clas", "Coordination de l’aide aux devoirs des cinq quartiers", "education", "2", "CVBFG", 34,
         {"Bénévoles et professionnels": 40},
         "Plusieurs structures aident les mêmes élèves sans se connaître.",
         "Une coordinatrice anime le réseau, forme les bénévoles et tient un calendrier commun.",
         nature="fonctionnement"),
    # GRANDIR 3: culture et sport
    lead("mediation-culturelle", "Médiation culturelle à domicile", "culture", "3 habitants", "CVBG", 30,
         {"Familles": 80, "Seniors": 30},
         "L’offre culturelle s’est éloignée et les habitants ne poussent plus la porte des salles.",
         "Deux médiatrices vont chez l’habitant avec un artiste, puis invitent les voisins à la représentation."),
    lead("sport-feminin", "Multisport au féminin", "sport", "3 4", "CVG", 20,
         {"Femmes": 75},
         "Les équipements sportifs sont occupés par les hommes et les horaires écartent les mères.",
         "Trois créneaux réservés aux femmes, avec une garde d’enfants sur place. "
         "Une journée ouverte à tous clôt la saison."),
    lead("futsal", "Naissance d’une équipe de futsal", "sport", "3 2", "V", 16,
         {"Collégiens et lycéens": 45},
         "Le quartier n’a pas de club et les jeunes jouent seuls le soir.",
         "Création d’une section de futsal, avec formation de deux entraîneurs du quartier.", "school"),
    lead("theatre-forum", "Théâtre-forum des habitantes", "culture", "3 4 habitants", "CBG", 18,
         {"Femmes": 40, "Adultes": 60},
         "Ce que vivent les femmes dans le quartier se dit peu en public.",
         "Une troupe amateur écrit et joue des scènes de la vie de tous les jours. "
         "Le public y prend la parole pour changer la fin."),
    lead("studio-radio", "Studio mobile et radio de quartier", "culture", "3 2", "CVB", 28,
         {"Collégiens et lycéens": 50, "Adultes": 20},
         "Les jeunes consomment l’information sans la produire et leur quartier n’y paraît que par les faits divers.",
         "Un studio mobile s’installe deux semaines par quartier. Les émissions sont écrites et animées sur place."),
    lead("fete-quartier", "Fête de quartier fabriquée ensemble", "lien", "3 4 habitants", "CVBG", 14,
         {"Habitants": 400},
         "Les occasions de se retrouver toutes générations confondues ont disparu.",
         "Trois mois d’ateliers préparent une journée de fête. "
         "La logistique est confiée à un comité d’habitants.", "event"),
    lead("bibliotheque-rue", "Bibliothèque de rue", "culture", "3 2", "CG", 14,
         {"Enfants": 90, "Parents": 40},
         "La bibliothèque est loin et le livre absent de bien des maisons.",
         "Chaque mercredi, des tapis et des malles de livres s’installent au pied des tours.", "school"),
    # GRANDIR 4: solidarités et accès aux droits
    lead("fle", "Français pour la vie de tous les jours", "langue", "4", "CVBFG", 46,
         {"Adultes": 70, "Personnes exilées": 40},
         "Ne pas parler français ferme la porte du médecin, de l’école et de l’emploi.",
         "Quatre groupes de niveau, six heures par semaine, avec garde d’enfants. "
         "Les séances partent de situations vécues.", "school"),
    lead("delf", "Vers le diplôme de français", "langue", "4 8", "CBG", 20,
         {"Adultes": 36},
         "Le titre de séjour et l’emploi demandent une preuve de niveau que peu de personnes osent préparer.",
         "Stages intensifs, examens blancs et prise en charge de l’inscription.", "school"),
    lead("ateliers-numeriques", "Ateliers numériques du quotidien", "numerique", "4 8", "CVBFG", 28,
         {"Adultes": 80, "Seniors": 50},
         "Les démarches sont en ligne et beaucoup d’habitants n’ont ni l’outil ni l’aisance.",
         "Ateliers par petits groupes, du premier courriel au dossier en ligne. "
         "Un prêt de tablette prolonge l’apprentissage."),
    lead("ecrivain-public", "Écrivain public et accès aux droits", "droits", "4", "CVBFG", 26,
         {"Adultes": 300},
         "Des droits ne sont pas demandés, par méconnaissance ou par lassitude.",
         "Trois permanences par semaine dans les quartiers et une visite à domicile sur demande."),
    lead("place-des-femmes", "Marches des femmes dans l’espace public", "droits", "4 7 habitants", "CVG", 16,
         {"Femmes": 60},
         "Les femmes traversent le quartier sans s’y arrêter et évitent certains lieux le soir.",
         "Des marches exploratoires relèvent ce qui gêne et ce qui rassure. "
         "Les propositions sont portées devant la ville et les bailleurs."),
    lead("cafe-associatif", "Café associatif ambulant", "lien", "4 habitants", "CBF", 28,
         {"Familles": 70, "Seniors": 40},
         "Aucun lieu n’accueille les familles sans condition ni inscription.",
         "Une caravane aménagée s’ouvre trois après-midi par semaine. Jeux, boissons et informations sont offerts."),
    lead("table-ages", "À la cantine avec les anciens", "lien", "4 2", "CVB", 15,
         {"Seniors": 40, "Enfants": 80},
         "Des aînés déjeunent seuls à deux pas d’une école.",
         "Deux fois par semaine, la cantine accueille des aînés à la table des enfants.", "school"),
    lead("accueil-exiles", "Premiers pas des personnes exilées", "droits", "4 8", "BCV", 34,
         {"Personnes exilées": 65},
         "Les nouveaux arrivants se perdent entre les guichets et tardent à se former.",
         "Un accompagnement de six mois, avec interprète, vers les droits, le logement et la formation."),
    lead("visites-aines", "Visites de voisinage aux aînés", "lien", "4 1", "CVG", 20,
         {"Seniors": 75},
         "L’isolement des plus âgés s’aggrave, surtout dans les immeubles sans ascenseur.",
         "Des bénévoles formés rendent visite chaque semaine et alertent quand la santé décline."),
    lead("fonctionnement-centre", "Animation globale d’un lieu ressource", "lien", "4 habitants", "CVBFG", 44,
         {"Habitants": 500},
         "Les actions tiennent à une équipe permanente que les aides par projet ne suffisent pas à payer.",
         "Accueil quotidien, appui aux initiatives d’habitants et gestion des locaux partagés.",
         nature="fonctionnement"),
    lead("fonctionnement-reseau", "Appui aux petites associations", "droits", "4", "CVBFG", 38,
         {"Bénévoles et professionnels": 90},
         "Les petites associations butent sur l’administratif et s’épuisent.",
         "Un point d’appui partagé, avec aide aux dossiers, comptabilité simple et rencontres de réseau.",
         nature="fonctionnement"),
)
# fmt: on
