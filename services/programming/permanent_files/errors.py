"""Problems of permanent files."""

from services.common.language import Text
from services.common.problems import Problem


class MacrosRefused(Problem):
    status = 415
    title = Text("Ce document contient un programme", "This document carries a program")
    advice = Text(
        "Les documents à macros ne sont pas acceptés : qui les ouvre les exécute. Enregistrez-le sans macros, ou en PDF, et renvoyez-le.",
        "Documents with macros are not accepted: whoever opens them runs them. Save it without macros, or as PDF, and send it again.",
    )


class FileQuarantined(Problem):
    title = Text("Ce fichier est en quarantaine", "This file is in quarantine")
    advice = Text(
        "L'antivirus l'a reconnu comme dangereux : personne ne peut le télécharger. Le porteur le remplace par une version saine.",
        "The virus scanner found it dangerous: nobody can download it. The holder replaces it with a clean version.",
    )


class FileBeingScanned(Problem):
    title = Text("Ce fichier est en cours d'analyse", "This file is being scanned")
    advice = Text("Réessayez dans un instant : `Retry-After`.", "Try again in a moment: `Retry-After`.")


class ValidityExpected(Problem):
    status = 422
    title = Text("Une précision manque sur ce document", "Something has to be said of this document")
    advice = Text(
        "`errors` dit quoi : l'exercice des comptes, le dernier jour d'une assurance.",
        "`errors` says what: the year of accounts, the last day of an insurance.",
    )


class TooManyPermanentFiles(Problem):
    title = Text("Trop de documents conservés", "Too many documents kept")
    advice = Text("Retirez d'abord des versions qui ne servent plus.", "First remove versions that serve no more.")
