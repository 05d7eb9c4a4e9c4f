"""CPO: agreements over several years between one holder and several funders."""
