"""People and identifiers that are plainly nobody's: names of plants, a made-up SIREN range."""

from .model import Person


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
