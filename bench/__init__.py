"""haulier's own benchmark: quick, in one run, beside a baseline of the same minute."""
