"""Sentences for what happens in a docking, by the code of the event."""

from collections.abc import Mapping

from app.i18n import N_

EVENTS: Mapping[str, str] = {
    "opened": N_("The line at {port} was opened."),
    "met": N_(
        "Terminal {terminal} of {person} answered (serial {serial}, version {app_version}, epoch "
        "{epoch}, battery {battery_percent} %, clock {clock_offset_ms} ms off)."
    ),
    "resumed": N_(
        "The desk had everything up to record {received}, and up to {backed_up} in a backup."
    ),
    "batch": N_(
        "Upload {batch} came in with {records} records: {waiting} wait, {rejected} were turned "
        "down, {repeated} had come before, {conflicts} differ from what came before."
    ),
    "packages": N_("{sets} data sets went to the terminal, {deltas} of them as changes only."),
    "photos": N_("{photos} photos came in."),
    "file": N_("The file “{file}” ({bytes} bytes) is {verdict}: {lines} new lines, {bad} unread."),
    "lists": N_("{files} lists went to the terminal, {bytes} bytes."),
    "line": N_(
        "The line was bad: {damaged} pieces arrived damaged, {resent} bytes were sent again."
    ),
    "finished": N_("Both sides agreed that all is done; the terminal may be taken out."),
    "failed": N_("The docking ended early: {error}"),
    "interrupted": N_("The program was ended in the middle. Nothing is lost: dock again."),
    "unrecorded": N_(
        "What passed over the line could not all be written down ({reason}); that changes nothing "
        "of the docking. Make room in the data folder."
    ),
}
