"""Sentences for what a driver reports, and for the reasons that travel on the wire."""

from collections.abc import Mapping

from app.i18n import N_

DRIVER_ERRORS: Mapping[str, str] = {
    "driver_error": N_("The terminal cannot be docked. Unplug it, plug it in and try again."),
    "driver_missing": N_("There is no driver “{name}”. Choose one of: {known}."),
    "link_error": N_("The line at {port} failed. Check the cable, then dock again."),
    "port_invalid": N_(
        "“{port}” cannot be used: {reason}. Write it like /dev/ttyUSB0, COM3, socket://host:port, "
        "mtp:SERIAL or folder:PATH."
    ),
    "port_missing": N_("There is no port {port}. Plug the terminal in, then dock again."),
    "port_busy": N_("Another program uses {port}. Close that program, then dock again."),
    "port_denied": N_(
        "You may not open {port}. On Linux, have your user added to the groups “dialout” and "
        "“plugdev” and log in again; for USB devices run “sudo python3 installer/bootstrap.py usb” "
        "once."
    ),
    "link_lost": N_(
        "The line at {port} was cut. Nothing is lost: plug the terminal in again and it goes on "
        "where it stopped."
    ),
    "diverged": N_(
        "The recording {port} does not fit what this program says now (entry {at}). "
        "Record the session again."
    ),
    "protocol_error": N_(
        "The terminal at {port} and this desk do not understand each other. Dock again; if it "
        "stays, update the terminal's program."
    ),
    "not_a_terminal": N_(
        "What is plugged in at {port} is not a terminal of ours. Choose another port."
    ),
    "version_mismatch": N_(
        "The terminal at {port} speaks protocol version {theirs}, this desk {ours}. "
        "Update the older of the two."
    ),
    "damaged": N_(
        "What arrives at {port} is damaged. Nothing is lost: check cable and plug, then dock again."
    ),
    "peer_silent": N_(
        "The terminal at {port} does not answer. Wake it, open its docking screen, then dock again."
    ),
    "peer_refused": N_("The terminal at {port} refused: {text}. Look at its screen."),
    "transfer_failed": N_(
        "The transfer of “{file}” at {port} was given up. Nothing is lost: start it again on both "
        "sides."
    ),
    "trust_error": N_(
        "The terminal at {port} and this desk do not trust each other. Pair the terminal."
    ),
    "not_paired": N_(
        "The terminal at {port} is not paired with this desk. Pair it under Terminals, or with "
        "“tallydock terminals enrol”."
    ),
    "terminal_unknown": N_(
        "The terminal at {port} was never paired with this desk. Pair it under Terminals, or with "
        "“tallydock terminals enrol”."
    ),
    "desk_unknown": N_(
        "The terminal at {port} belongs to another desk. Have it paired here, or take it there."
    ),
    "cannot_prove": N_(
        "The secure session with {port} could not be made. Dock again; if it stays, pair the "
        "terminal anew."
    ),
    "pairing_failed": N_(
        "The pairing at {port} did not come about: code or digits did not agree, or somebody said "
        "no. Begin again with a new code."
    ),
    "device_error": N_("The terminal at {port} has a problem. Look at its screen."),
    "terminal_full": N_(
        "The terminal at {port} has too little room: {free_bytes} of {needed_bytes} bytes. "
        "Delete old photos on it, then dock again."
    ),
    "terminal_fault": N_(
        "The terminal at {port} reports a fault: {text}. Restart it, then dock again."
    ),
    "file_unstable": N_(
        "“{file}” on the terminal at {port} is still being written, or is other than its list "
        "says. Nothing is lost: wait until the terminal is done, then dock again."
    ),
    "file_changed": N_(
        "The terminal at {port} collected more into “{file}” meanwhile. What it had before is "
        "taken in and nothing was deleted: dock again."
    ),
    "file_refused": N_(
        "“{file}” on the terminal at {port} is none that a terminal makes. It was left there: have "
        "the terminal checked."
    ),
}

# What kept files from being fetched, by the reason of the error "transfer_failed".
TRANSFERS: Mapping[str, str] = {
    "no_folder": N_(
        "The terminal at {port} has no folder “Tallydock/outbox” or “outbox”. Make one on it, and "
        "have its program write its files there."
    ),
    "no_storage": N_(
        "The terminal at {port} shows no memory. Unlock its screen, choose “file transfer” there, "
        "then dock again."
    ),
}

# Why a session ended, by the number that travels on the wire.
REFUSALS: Mapping[int, str] = {
    0: N_("The session ended as agreed."),
    100: N_("The other side fell silent. Check the cable, then dock again."),
    101: N_("The other side has forgotten this session. Dock again."),
    102: N_("The versions of terminal and desk do not meet. Update the older of the two."),
    103: N_("The terminal is not paired with this desk. Pair it."),
    104: N_("What is plugged in is not a terminal of ours. Choose another port."),
    105: N_("The terminal introduced itself in a way that cannot be read. Update the terminal."),
    106: N_("The session was broken off. Dock again."),
    200: N_("Terminal and desk could not agree on a secure session. Enrol the terminal again."),
    201: N_("The terminal's certificate is not known here. Enrol the terminal."),
    202: N_("The terminal's certificate has been revoked. Ask your administrator."),
    203: N_("The terminal belongs to another desk. Pair it here."),
    210: N_("Code or digits did not agree, or somebody said no. Begin the pairing again."),
    211: N_("The code is older than five minutes. Begin the pairing again."),
    300: N_("A message was longer than allowed. Update the terminal."),
    301: N_("A message could not be read. Update the terminal."),
    302: N_("A message is not known here. Update the older of terminal and desk."),
    303: N_("A message came out of turn. Restart the terminal, then dock again."),
    400: N_("The terminal belongs to another branch. Send it back there; nothing was taken in."),
    401: N_("The terminal is not registered. Enrol it, then dock again."),
    402: N_("The terminal has been locked out. Ask your administrator."),
    403: N_(
        "The terminal's store is older than what it handed over before. Have it checked before it "
        "is used again."
    ),
    404: N_("The desk had a fault. Nothing is lost: dock again."),
    405: N_("The desk's disk is full. Nothing is lost: make room, then dock again."),
    406: N_("The desk is busy. Nothing is lost: dock again in a while."),
    407: N_("Somebody stopped the session. Nothing is lost: dock again."),
    408: N_(
        "Two devices carry the memory of this terminal. Have both checked, then pair one of them."
    ),
    500: N_("The upload is larger than allowed. Have the terminal's program checked."),
    501: N_("The upload is damaged on the terminal itself. Have the terminal checked."),
    502: N_("The data sent to the terminal arrived damaged. Dock again."),
    503: N_("A photo arrived damaged. Dock again."),
    510: N_("The terminal has too little room. Delete old photos on it, then dock again."),
    511: N_("The terminal reports a fault. Restart it, then dock again."),
}
