"""Licences of texts: the names of SPDX, and the address of each."""
