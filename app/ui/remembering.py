"""Keeps what a person chose for this workstation."""

from dataclasses import replace

from app.settings import Settings, load_settings, save_settings
from app.ui.tasks import Job
from app.ui.workplace import Workplace

SETTINGS = "settings"


def remember(workplace: Workplace, **choices: object) -> None:
    """Write these settings into the file, in a lane of their own; the others stay as they are."""
    file = workplace.paths.settings_file

    def work(_job: Job) -> Settings:
        settings = replace(load_settings(file), **choices)  # type: ignore[arg-type]
        save_settings(file, settings)
        return settings

    workplace.tasks.start(SETTINGS, work)
