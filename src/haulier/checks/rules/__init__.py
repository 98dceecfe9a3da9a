"""One file per check; each exports `check`."""
