"""Muscles and nerve: lines of action and what is measured on them, tubes and their contact with bone and with each other."""
