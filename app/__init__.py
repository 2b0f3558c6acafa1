"""The office side of Tallydock: everything that runs on the desk."""
