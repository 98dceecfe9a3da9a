"""The HTTP door: it translates between JSON and the services, and decides nothing."""
