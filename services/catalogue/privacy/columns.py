"""Every column of the catalogue that may say something of somebody, and how privacy accounts for it.

A new column is written here by who makes it: exported and erased by a room of the register, or why nobody has to. A test refuses it
otherwise.
"""

from services.common.personal_columns import said

_ID = "an account's id: kept with the act, it names nobody once the account is erased; counted in what its person is told"
_LIMITS = "what limits count; gone after an hour"
_QUESTIONS = "on request; retention rule questions"
_DOCUMENT = "what a document says: its contact goes on request, its author stays named (CPI art. L. 121-1)"
_PUBLIC = "what a document, a centre or the vocabulary shows everybody"
_TECHNICAL = "a code, a key, a digest, a count, a state: nobody's"
_ORGANISATION = "an organisation's name; follows the directory"

#: `table.column` → how privacy accounts for it.
ACCOUNTED: dict[str, str] = {
    # Somebody
    **said(_QUESTIONS, questions="asker_id reply_email subject details closing_reason taken_by", question_messages="body"),
    **said("on request; retention rules unconfirmed_addresses and refusals", newsletter_subscribers="email email_hash token_hash"),
    **said("whom a letter was for: goes with the address's hash", newsletter_recipients="subscriber_id"),
    **said(_LIMITS, newsletter_requests="email_hash origin"),
    **said("on request", subscribers="account_id email", saved_searches="account_id name criteria", follows="account_id"),
    **said("retention rule searches; words without who looked for them", unanswered_searches="text last_on"),
    **said(_DOCUMENT, documents="content", document_versions="content"),
    **said("speakers of a public event, until its draft is made of it", event_outcomes="told"),
    **said("a holder's words, their addresses and telephone numbers taken out", experience_proposals="told"),
    **said("another centre's description, its authors as it publishes them", harvest_records="described"),
    **said("cells of a line that waits; gone once it is read", document_import_lines="cells"),
    # Who did it
    **said(
        _ID,
        document_imports="imported_by",
        document_versions="published_by",
        documents="created_by",
        files="uploaded_by",
        harvest_duplicates="decided_by",
        harvest_runs="started_by",
        uploads="uploaded_by",
    ),
    # Nobody
    **said(_ORGANISATION, organisations="name", centre_members="name"),
    **said(
        _PUBLIC,
        centres="code contact_email description name website",
        desks="opening",
        document_links="key label",
        document_versions="note",
        documents="review_note withdrawal_reason",
        event_news="said",
        files="name text",
        followed_contracts="name",
        newsletters="dropped introduction items subject",
        search_entries="title_key words",
        search_texts="abstract kind language reference sections title",
        search_words="spelt word",
        terms="equivalents key label note",
        territories="code kind name parent_code path",
        themes="code label parent_code path synonyms",
        uploads="name",
        watched_links="key url",
    ),
    **said(
        _TECHNICAL,
        document_disappearances="kind theme_codes",
        document_import_lines="identifier problems title",
        document_imports="columns media_type name sha256 unknown_columns",
        document_marks="mark",
        documents="origin reference territory_codes theme_codes",
        erasures="digest previous rule",
        files="key media_type sha256 status_reason text_reason thumbnail_key thumbnail_sha256",
        harvest_duplicates="identifier matched_by",
        harvest_lines="datestamp identifier reason title",
        harvest_pages="token_digest",
        harvest_records="datestamp identifier written_digest",
        harvest_runs="asked_from failure failure_detail token warnings",
        harvest_sources="base_url licence metadata_prefix name set_spec themes",
        imported_documents="marks",
        questions="reference territory_codes theme_codes theme_paths",
        search_entries="dated",
        search_marks="name",
        search_sets="fingerprint members",
        upload_parts="key",
    ),
}
