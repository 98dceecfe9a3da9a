"""The code that runs kinds: what authors write, and the kinds that haulier brings along."""
