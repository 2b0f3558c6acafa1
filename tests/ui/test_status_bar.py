"""The bar at the bottom tells when the last backup was made, whoever made it."""

from pathlib import Path

from pytestqt.qtbot import QtBot

from app.services.backing_up import back_up
from app.ui.status_bar import StatusBar
from app.ui.workplace import Workplace
from tests.support.sample_office import CLERK


def test_the_last_backup_is_shown_with_its_time(
    qtbot: QtBot, workplace: Workplace, tmp_path: Path
) -> None:
    bar = StatusBar(workplace)
    qtbot.addWidget(bar)
    qtbot.waitUntil(lambda: workplace.tasks.idle)
    assert bar.backup_words == "No backup yet"
    back_up(workplace.office, CLERK, tmp_path / "branch.zip")
    bar.look_for_backup()
    made = workplace.language.time(workplace.clock.now_ms())
    qtbot.waitUntil(lambda: bar.backup_words == f"Last backup {made}")
    workplace.language.choose("zh")
    assert bar.backup_words == f"上次备份 {workplace.language.time(workplace.clock.now_ms())}"
