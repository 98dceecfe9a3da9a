"""What a site audit inspects: facts in, verdicts out. Pure, standalone, no I/O.

`run(facts, recipe)` walks every rule in `checks/rules` over one audit's facts; `score` turns the
verdicts into numbers; `report` lays both out for programs and people.
"""
