"""Reports: the programme's annual report and the committee's booklet."""
