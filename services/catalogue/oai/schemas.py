"""The vocabulary of OAI-PMH 2.0: verbs, their arguments, errors."""

from enum import Enum


class Verb(Enum):
    """The six requests."""

    IDENTIFY = "Identify"
    LIST_METADATA_FORMATS = "ListMetadataFormats"
    LIST_SETS = "ListSets"
    LIST_IDENTIFIERS = "ListIdentifiers"
    LIST_RECORDS = "ListRecords"
    GET_RECORD = "GetRecord"


class ErrorCode(Enum):
    """The eight errors. `noSetHierarchy` is never ours: there are sets."""

    BAD_ARGUMENT = "badArgument"
    BAD_RESUMPTION_TOKEN = "badResumptionToken"  # noqa: S105 - the protocol's word
    BAD_VERB = "badVerb"
    CANNOT_DISSEMINATE_FORMAT = "cannotDisseminateFormat"
    ID_DOES_NOT_EXIST = "idDoesNotExist"
    NO_METADATA_FORMATS = "noMetadataFormats"
    NO_RECORDS_MATCH = "noRecordsMatch"
    NO_SET_HIERARCHY = "noSetHierarchy"


class Refusal(Exception):
    """An error of the protocol: answered 200, in the body."""

    def __init__(self, code: ErrorCode, said: str) -> None:
        super().__init__(said)
        self.code, self.said = code, said
