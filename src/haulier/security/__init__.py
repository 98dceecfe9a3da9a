"""Keys, cursors and secrets: cryptography without input or output."""
