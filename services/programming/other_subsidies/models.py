"""What a holder asks for or got elsewhere, told to the funders concerned. Tables."""
