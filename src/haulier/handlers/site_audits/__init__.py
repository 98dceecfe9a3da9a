"""How a site audit gets its facts: what is fetched, in which order, within which bounds."""
