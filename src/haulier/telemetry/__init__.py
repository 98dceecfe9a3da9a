"""What haulier says about itself while it runs."""
