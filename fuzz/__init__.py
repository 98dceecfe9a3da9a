"""Fuzz targets and the two engines that drive them."""
