"""The use cases: every change of state is one method with one permission and one transaction."""
