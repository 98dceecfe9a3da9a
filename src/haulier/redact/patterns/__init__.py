"""Token formats, one family per file; each exports `family`."""
