"""Asks for input."""

folder = input("Folder with the data: ")
