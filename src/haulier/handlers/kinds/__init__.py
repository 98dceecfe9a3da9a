"""The kinds that haulier brings along, one file each."""
