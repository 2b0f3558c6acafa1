"""What to tell a person about an error or a problem: what happened, and the next step to take.

Everything is looked up by its stable code, so that nothing above this layer is imported. A place
in braces is filled from the fields of the error; one that is not there shows as a dash.
"""

from collections.abc import Mapping
from string import Formatter

from app.errors import AppError, PortError, RuleBroken
from app.i18n import N_, Translator

ERRORS: Mapping[str, str] = {
    "error": N_("Something went wrong. Try again; if it stays, send the log to your support."),
    "usage": N_("{reason}. Add --help to see how the command is used."),
    "settings": N_(
        "The settings in {file} cannot be used: {setting} = {value}. Allowed: {allowed}. "
        "Correct the file, or remove it to start with the defaults."
    ),
    "database": N_(
        "The database does not do what is asked of it: {reason}. "
        "Check that it is running and reachable, then try again."
    ),
    "schema": N_(
        "The tables of the database (version {found}) do not fit this program (version "
        "{expected}). Run “tallydock db upgrade” if they are older; install the newer program if "
        "they are newer."
    ),
    "disk-full": N_(
        "The disk of the database is full; nothing was saved. Make room at {path}, then try again."
    ),
    "database-busy": N_(
        "Somebody else held the database for {waited_s} seconds; nothing was saved. "
        "Close other programs that use it, then try again."
    ),
    "archive": N_("The archive of uploads at {path} cannot be used: {reason}. Check the disk."),
    "archive-full": N_(
        "The disk of the archive is full. The terminal keeps its records. "
        "Make room at {path}, then dock again."
    ),
    "output": N_(
        "{path} cannot be written: {reason}. Close it elsewhere, or choose another place."
    ),
    "port": N_("The terminal cannot be reached. Check the cable, then dock again."),
    "permission": N_(
        "{user} may not do this; it takes the right “{right}”. "
        "Ask somebody who has it, or your administrator."
    ),
    "rule": N_("A rule of the branch does not allow this: {rule}. Nothing was changed."),
    "not-found": N_("There is no {what} “{key}”. Check how it is written."),
    "cancelled": N_("Cancelled. What was not finished is undone; start again at any time."),
}

DRIVER_ERRORS: Mapping[str, str] = {
    "driver_error": N_("The terminal cannot be docked. Unplug it, plug it in and try again."),
    "driver_missing": N_("There is no driver “{name}”. Choose one of: {known}."),
    "link_error": N_("The line at {port} failed. Check the cable, then dock again."),
    "port_invalid": N_(
        "“{port}” is not the address of a port. Write it like /dev/ttyUSB0, COM3 or "
        "socket://host:port."
    ),
    "port_missing": N_("There is no port {port}. Plug the terminal in, then dock again."),
    "port_busy": N_("Another program uses {port}. Close that program, then dock again."),
    "port_denied": N_(
        "You may not open {port}. On Linux, have your user added to the group “dialout” and log "
        "in again."
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
    "device_error": N_("The terminal at {port} has a problem. Look at its screen."),
    "terminal_full": N_(
        "The terminal at {port} has too little room: {free_bytes} of {needed_bytes} bytes. "
        "Delete old photos on it, then dock again."
    ),
    "terminal_fault": N_(
        "The terminal at {port} reports a fault: {text}. Restart it, then dock again."
    ),
}

# Why a session ended, by the number that travels on the wire.
REFUSALS: Mapping[int, str] = {
    0: N_("The session ended as agreed."),
    100: N_("The other side fell silent. Check the cable, then dock again."),
    101: N_("The other side has forgotten this session. Dock again."),
    102: N_("The versions of terminal and desk do not meet. Update the older of the two."),
    103: N_("The terminal does not offer the security this desk demands. Update the terminal."),
    104: N_("What is plugged in is not a terminal of ours. Choose another port."),
    105: N_("The terminal introduced itself in a way that cannot be read. Update the terminal."),
    106: N_("The session was broken off. Dock again."),
    200: N_("Terminal and desk could not agree on a secure session. Enrol the terminal again."),
    201: N_("The terminal's certificate is not known here. Enrol the terminal."),
    202: N_("The terminal's certificate has been revoked. Ask your administrator."),
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
    500: N_("The upload is larger than allowed. Have the terminal's program checked."),
    501: N_("The upload is damaged on the terminal itself. Have the terminal checked."),
    502: N_("The data sent to the terminal arrived damaged. Dock again."),
    510: N_("The terminal has too little room. Delete old photos on it, then dock again."),
    511: N_("The terminal reports a fault. Restart it, then dock again."),
}

RULES: Mapping[str, str] = {
    "transition": N_(
        "“{event}” is not possible in the state “{state}”. Look at what happened to it."
    ),
    "move-posted": N_("This movement of goods is posted already. Nothing needs to be done."),
    "negative-stock": N_(
        "The stock of {shelf} would fall to {balance}. Count it or post the missing receipt first."
    ),
    "period-closed": N_(
        "{day} is closed (closed through {closed_through}). Post it on an open day."
    ),
    "reversal": N_("This is not the reverse of what it reverses. Reverse the original again."),
    "already-reversed": N_("This has been reversed already. Nothing needs to be done."),
    "packings": N_(
        "The packings {codes} do not fit together: exactly one must be the single unit, none may "
        "appear twice. Correct the product."
    ),
    "packing": N_("The product has no packing “{packing}”. Choose one that it has."),
    "approver-is-counter": N_(
        "{user} counted and may not approve the same count. Ask somebody else."
    ),
    "weights": N_("An amount cannot be spread over shares that are all zero. Correct the shares."),
    "number": N_("This is not a document number of ours. Check it digit by digit."),
    "digits": N_("“{text}” must be digits only. Type it again."),
    "gtin": N_("“{gtin}” is not a valid article number. Check its last digit."),
    "barcode-text": N_("“{text}” cannot be printed as a barcode. Use letters and digits only."),
    "branch-exists": N_("There is a branch here already. Choose an empty data folder for another."),
    "move": N_(
        "Goods must move in a quantity above zero between two different places. Correct the line."
    ),
}

PROBLEMS: Mapping[str, str] = {
    "E_BATCH_CONFLICT": N_(
        "An upload with this number came before with other content. Both are kept; have the "
        "terminal checked before it is used again."
    ),
    "E_BATCH_TOTALS": N_(
        "The upload's own totals do not fit its records, so it was not taken in. Dock again; if "
        "it stays, have the terminal checked."
    ),
    "E_BATCH_DAMAGED": N_("The upload is damaged, so it was not taken in. Dock again."),
    "E_TOTALS": N_(
        "The day's totals do not match: {declared} declared, {received} received. Compare with "
        "the terminal's own list."
    ),
    "X_SEQ_GAP": N_(
        "Records {first} to {last} are missing. Dock the terminal again; the day cannot be closed "
        "until this is explained."
    ),
    "E_RECORD_CONFLICT": N_(
        "A record with this number came before with other content. Both are kept; decide which "
        "one counts."
    ),
    "E_FORMAT": N_("The record cannot be read. It is kept as it came; enter it by hand if needed."),
    "E_FIELD": N_(
        "The field {field} does not fit ({reason}). Correct it on the terminal and send it again."
    ),
    "E_UNKNOWN_TYPE": N_(
        "Records of type {type} are not known to this version. They are kept; update the program."
    ),
    "W_UNKNOWN_FIELD": N_(
        "The field {field} is not known to this version. It is kept; update the program."
    ),
    "E_STRAY_LINE": N_("A line came without its document {header}. Dock the terminal again."),
    "E_DEL_LATE": N_(
        "{target} was deleted on the terminal after it had been handed over. Reverse it here if "
        "it is really void."
    ),
    "E_DEL_LINE": N_(
        "A line was deleted on the terminal while its document stayed. Decide what counts."
    ),
    "W_CLOCK": N_("The terminal's clock was wrong. Its times were corrected; set its clock."),
    "W_LATE": N_("It came after its day was closed and counts in the first open day. Check it."),
    "E_PROD": N_("The product {product} is not known. Choose the right one below."),
    "E_CUST": N_("The customer {customer} is not known. Choose the right one below."),
    "E_PERSON": N_("The person {person} is not known. Add this person to the master data."),
    "E_ORD_LINES": N_(
        "The order says {declared} lines, {received} came. Send the order again from the terminal."
    ),
    "E_ORD_TOO_MANY": N_(
        "The order has {lines} lines; {limit} is the limit. Split it into two orders."
    ),
    "E_ORD_PREV": N_(
        "The order changes or cancels another one that is not here. Find the original, "
        "or reject it."
    ),
    "E_CANCEL_LATE": N_("The order was cancelled after loading. Decide whether it goes out."),
    "E_UOM": N_(
        "{product}: packing {packing} and quantity do not fit together. Correct the order and "
        "send it again."
    ),
    "E_DUP_LINE": N_("{product} appears twice. Put both lines together and send it again."),
    "E_PRICE": N_("The price of {product} differs from the price list, which was kept. Check it."),
    "E_PRICE_HOLD": N_(
        "The price of {product} is far from the price list. The order is held until it is checked."
    ),
    "E_NO_PRICE": N_("There is no price for {product}. Enter one, then post the order again."),
    "E_DN_UNKNOWN": N_("The delivery note {number} is not known. Choose the right one below."),
    "E_DLV_CONFLICT": N_(
        "The delivery note {number} was posted before with another result. Decide which one counts."
    ),
    "E_DLV_RESULT": N_(
        "The result “{result}” does not fit what was delivered ({delivered}). Ask the driver."
    ),
    "E_DLV_LINE": N_("Line {line_no} is not on the delivery note. Ask the driver."),
    "E_DLV_SUM": N_(
        "{ordered} were ordered, but delivered, refused, short and back-ordered add up to "
        "{accounted}. Correct the line."
    ),
    "E_OVER": N_(
        "Delivered {delivered} and refused {refused}, but only {shipped} were loaded. "
        "Ask the driver."
    ),
    "E_LOT": N_("The batch {lot} of {product} was not loaded. Check the van."),
    "W_VAN_NEGATIVE": N_("The van's stock of {product} fell below zero. Count the van."),
    "E_CNT_LINES": N_(
        "The count says {declared} lines, {received} came. Send the count again from the terminal."
    ),
    "E_CNT_TOO_MANY": N_("The count has {lines} lines; {limit} is the limit. Count in two parts."),
    "E_CNT_QTY": N_("The counted quantity does not fit its packings. Count it again."),
    "E_CNT_SKIPPED": N_("A skipped line must not carry a quantity. Count it again."),
    "E_LOCATION": N_("The place {location} is not known. Choose the right one below."),
    "W_CNT_FAST": N_("{lines} lines were counted very fast. Have a few of them counted again."),
    "X_BEHIND_COUNT": N_(
        "It happened before a count that came in earlier; the count's difference was corrected. "
        "Check it."
    ),
    "W_VISIT_OPEN": N_("The visit at {customer} was not closed on the terminal. Nothing to do."),
}


def sentence(error: AppError, t: Translator) -> str:
    """Return what to tell a person about an error, with the next step to take."""
    if isinstance(error, PortError):
        return driver_sentence(error.driver_code, error.fields, t)
    if isinstance(error, RuleBroken) and error.rule in RULES:
        return _fill(RULES[error.rule], error.fields, t)
    return _fill(ERRORS.get(error.code, ERRORS["error"]), error.fields, t)


def driver_sentence(code: str, fields: Mapping[str, object], t: Translator) -> str:
    """Return what to tell about a driver's error, known by its code; a refusal by its number."""
    refusal = fields.get("refusal")
    if code == "peer_refused" and isinstance(refusal, int) and refusal in REFUSALS:
        return t(REFUSALS[refusal])
    return _fill(DRIVER_ERRORS.get(code, DRIVER_ERRORS["driver_error"]), fields, t)


def problem_sentence(code: str, fields: Mapping[str, object], t: Translator) -> str:
    """Return what to tell about a problem in something that came in, known by its code."""
    return _fill(PROBLEMS[code], fields, t) if code in PROBLEMS else code


def _fill(words: str, fields: Mapping[str, object], t: Translator) -> str:
    named = {name for _, name, _, _ in Formatter().parse(words) if name}
    values = {name: fields.get(name, "") for name in named}
    return t(
        words, **{name: "–" if value in ("", None) else value for name, value in values.items()}
    )
