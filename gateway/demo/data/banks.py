"""Bank accounts that are plainly nobody's: a bank code no bank has, keys that hold."""

_BANK = "99999"
_BRANCH = "00001"
#: "FR" as figures, then two zeros where the key will be (ISO 13616).
_COUNTRY_AS_FIGURES = "152700"


def iban(seed: int) -> str:
    """A French IBAN whose two keys (of the account, of the IBAN) are right, one per seed (0 to 9 999)."""
    if not 0 <= seed <= 9_999:
        raise ValueError("seed must be between 0 and 9 999")
    account = f"{seed:011d}"
    key = 97 - (89 * int(_BANK) + 15 * int(_BRANCH) + 3 * int(account)) % 97
    bban = f"{_BANK}{_BRANCH}{account}{key:02d}"
    return f"FR{98 - int(bban + _COUNTRY_AS_FIGURES) % 97:02d}{bban}"
