"""Problems of the files of documents."""

from services.common.language import Text
from services.common.problems import Problem


class UnknownFile(Problem):
    title = Text("Un fichier du document ne peut pas être utilisé", "A file of the document cannot be used")
    advice = Text(
        "Un document ne joint que des fichiers de son centre, que l'antivirus n'a pas refusés. `errors` dit lesquels.",
        "A document only joins files of its own centre that the virus scanner has not refused. `errors` says which.",
    )


class FileInUse(Problem):
    title = Text("Ce fichier est joint à un document", "This file belongs to a document")
    advice = Text(
        "Retirez-le d'abord des brouillons ; ce qu'une version publiée a montré se garde. `documents` les nomme.",
        "Take it out of the drafts first; what a published version has shown is kept. `documents` names them.",
    )


class FileRefused(Problem):
    title = Text("L'antivirus a refusé ce fichier", "The virus scanner refused this file")
    advice = Text(
        "Il n'est servi à personne. Supprimez-le et envoyez une copie saine.",
        "It is served to nobody. Delete it and send a clean copy.",
    )


class UnsupportedTusVersion(Problem):
    status = 412
    title = Text("Version du protocole tus attendue : 1.0.0", "tus protocol version 1.0.0 is expected")
    advice = Text("Envoyez l'en-tête `Tus-Resumable: 1.0.0`.", "Send the header `Tus-Resumable: 1.0.0`.")


class UploadHeaderInvalid(Problem):
    status = 400
    title = Text("En-tête d'envoi incompréhensible", "Upload header not understood")
    advice = Text(
        "`errors` désigne l'en-tête. Le protocole est celui de tus.io, version 1.0.0.",
        "`errors` points at the header. The protocol is that of tus.io, version 1.0.0.",
    )


class PieceTypeExpected(Problem):
    status = 415
    title = Text("Type attendu : application/offset+octet-stream", "Expected type: application/offset+octet-stream")
    advice = Text(
        "Chaque morceau s'envoie avec `Content-Type: application/offset+octet-stream`.",
        "Each piece is sent with `Content-Type: application/offset+octet-stream`.",
    )


class OffsetMismatch(Problem):
    title = Text("Le fichier n'en est pas là", "The upload is not at this offset")
    advice = Text(
        "Demandez où en est l'envoi (`HEAD`), puis reprenez de là. Un autre envoi du même fichier a pu avancer.",
        "Ask where the upload is (`HEAD`), then go on from there. Another sending of the same file may have advanced.",
    )


class PieceTooLong(Problem):
    status = 413
    title = Text("Plus d'octets que la taille annoncée", "More bytes than the announced size")
    advice = Text(
        "Rien de ce morceau n'est gardé. Reprenez au point indiqué.", "Nothing of this piece is kept. Go on from the offset."
    )


class ChecksumMismatch(Problem):
    status = 460
    title = Text("Le morceau reçu n'a pas l'empreinte annoncée", "The piece received does not have the announced checksum")
    advice = Text("Rien n'en est gardé : envoyez-le de nouveau.", "Nothing of it is kept: send it again.")


class UploadExpired(Problem):
    status = 410
    title = Text("Cet envoi a expiré", "This upload has expired")
    advice = Text("Commencez un nouvel envoi.", "Begin a new upload.")


class UploadRefused(Problem):
    status = 415
    keeps_writes = True
    title = Text("Le fichier envoyé n'est pas accepté", "The file sent is not accepted")
    advice = Text(
        "Son contenu n'est pas d'un type listé dans `accepted` ; ce qui était reçu est oublié.",
        "Its content is of no type listed in `accepted`; what was received is forgotten.",
    )
