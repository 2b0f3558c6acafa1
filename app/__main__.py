"""Lets `python -m app` start the program."""

from multiprocessing import freeze_support

from app.main import command_line

if __name__ == "__main__":
    freeze_support()  # the frozen program also is its own child, where charts are drawn
    command_line()
