"""IBANs of the demonstration hold together and belong to nobody."""

import pytest
from stdnum import iban as ibans

from gateway.demo.data.banks import iban
from services.programming.bank_accounts.iban import checked_iban


def test_every_iban_is_valid_and_its_bank_is_made_up() -> None:
    made = [iban(seed) for seed in range(0, 10_000, 37)]
    assert len(set(made)) == len(made)
    for number in made:
        assert checked_iban(number) == number == ibans.validate(number, check_country=False)
        assert number[4:9] == "99999"
        # The account's own key: the whole, with letters as figures, is a multiple of 97.
        bank, branch, account, key = number[4:9], number[9:14], number[14:25], number[25:]
        assert (89 * int(bank) + 15 * int(branch) + 3 * int(account) + int(key)) % 97 == 0


@pytest.mark.parametrize("seed", [-1, 10_000])
def test_seeds_out_of_range_are_refused(seed: int) -> None:
    with pytest.raises(ValueError, match="seed"):
        iban(seed)
