"""The office side of Tallydock: everything that runs on the desk."""

__version__ = "0.1.0"
