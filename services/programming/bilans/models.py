"""Tables of bilans."""
