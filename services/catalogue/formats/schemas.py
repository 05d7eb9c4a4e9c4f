"""What callers receive of citations. What they send is in addresses."""

from pydantic import BaseModel, Field

from .citing import CitationStyle

__all__ = ["CitationStyle"]


class CitationRead(BaseModel):
    """A citation to paste, with French typography."""

    style: CitationStyle
    text: str = Field(
        examples=[
            "Exemple, C. (2016). Les conseils citoyens [Étude]. Centre Exemple. https://centre.example/catalogue/d/VTLR-2026-0042"
        ]
    )
    html: str = Field(
        description="The same with italics and a link; safe to put in a page.",
        examples=["Exemple, C. (2016). <i>Les conseils citoyens</i> [Étude]. Centre Exemple."],
    )
