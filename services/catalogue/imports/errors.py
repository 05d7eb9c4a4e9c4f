"""Problems of imports of documents."""

from services.common.language import Text
from services.common.problems import Problem


class ImportFileUnreadable(Problem):
    status = 422
    title = Text("Ce fichier de documents ne peut pas être lu", "This file of documents cannot be read")
    advice = Text(
        "Ouvrez-le dans un tableur, enregistrez-le de nouveau en CSV ou en XLSX, sans mot de passe, et renvoyez-le.",
        "Open it in a spreadsheet program, save it again as CSV or XLSX, without a password, and send it again.",
    )


class ImportFileTooLong(Problem):
    status = 413
    title = Text("Ce fichier de documents est trop long", "This file of documents is too long")
    advice = Text(
        "Coupez-le en fichiers de `most_lines` lignes au plus, et envoyez un classeur de plus de 50 000 lignes en CSV : une ligne déjà "
        "connue ne change rien.",
        "Cut it into files of at most `most_lines` lines, and send a workbook of more than 50 000 rows as CSV: a line already known "
        "changes nothing.",
    )


class ImportFileColumnsMissing(Problem):
    status = 422
    title = Text("Des colonnes manquent dans ce fichier de documents", "This file of documents lacks columns")
    advice = Text(
        "Une ligne d'en-tête nomme au moins « Identifiant » et « Titre ». Partez du modèle : `/catalogue/v1/import-template.xlsx`.",
        "A header names at least « Identifiant » and « Titre ». Begin with the template: `/catalogue/v1/import-template.xlsx`.",
    )


class ImportFileWithoutLines(Problem):
    status = 422
    title = Text("Ce fichier n'a que son en-tête", "This file holds nothing but its header")
    advice = Text("Ajoutez une ligne par document sous l'en-tête.", "Add a line for each document under the header.")


class ImportFinished(Problem):
    title = Text("Cet import est terminé", "This import is over")
    advice = Text(
        "Ce qui est fait est fait : corrigez les documents, ou importez de nouveau.",
        "What is done is done: mend the documents, or import again.",
    )
