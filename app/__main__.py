"""Lets `python -m app` start the program."""

from app.main import command_line

if __name__ == "__main__":
    command_line()
