"""The process that claims and runs: claimer, slots, recorder, lease keeper."""
