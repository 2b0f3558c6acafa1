"""Sentences for what can be wrong with something that came in."""

from collections.abc import Mapping

from app.i18n import N_

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
    "E_SIGNATURE": N_(
        "The upload does not bear the signature of its terminal ({reason}), so it was not taken "
        "in. Have the terminal checked."
    ),
    "E_CHAIN": N_(
        "Upload {batch} does not follow the one before it: one is missing, or two devices send "
        "under one number. Have the terminal checked."
    ),
    "E_TOTALS": N_(
        "The day's totals do not match: {declared} declared, {received} received. Compare with "
        "the terminal's own list."
    ),
    "X_SEQ_GAP": N_(
        "Records {first} to {last} are missing. Dock the terminal again; the day cannot be closed "
        "until this is explained."
    ),
    "E_RECORD_CONFLICT": N_(
        "A record with this number came before with other content. Both are kept and the first "
        "one counts. Compare them, then put the other one aside."
    ),
    "E_FORMAT": N_("The record cannot be read. It is kept as it came; enter it by hand if needed."),
    "E_FIELD": N_(
        "The field {field} does not fit ({reason}). Correct it on the terminal and send it again."
    ),
    "W_RESTORED": N_(
        "Terminal {terminal} was docked here since the backup that this desk was restored from. "
        "What it still holds comes again."
    ),
    "W_STALE": N_(
        "Its customers and prices were {days} days old; {limit} is the limit. Dock it more often."
    ),
    "W_PHOTO_GONE": N_(
        "Record {seq} of terminal {terminal} speaks of a photo that the terminal has no more. Ask "
        "its user for it."
    ),
    "W_STRAY_PHOTOS": N_(
        "{photos} photos that no record speaks of were left out: more than {limit_mib} MiB of such "
        "are not kept for one terminal. Have the terminal checked."
    ),
    "X_NUMBER": N_(
        "It says that {number} was the last number it gave out, but it was given {first} to {last} "
        "and had used them up to {used}. Have the terminal checked."
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
    "W_CLOCK_SET": N_(
        "The terminal's clock was set while it worked, before its record {seq}. Days and times "
        "around it may be wrong; check them."
    ),
    "W_LATE": N_("It came after its day was closed and counts in the first open day. Check it."),
    "E_PROD": N_("The product {product} is not known. Choose the right one below."),
    "E_CUST": N_("The customer {customer} is not known. Choose the right one below."),
    "E_PERSON": N_(
        "The person {person} is not known. Choose the right one, or add this person."
        " Nobody can approve what an unknown person counted."
    ),
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
    "E_PRICE_FLOOR": N_(
        "{product} would be sold below its least price. The order waits for a second person."
    ),
    "E_CREDIT": N_(
        "The customer would owe {over} more than the agreed {limit}. A second person decides."
    ),
    "W_CREDIT": N_("The customer will owe {over} more than the agreed {limit}."),
    "E_STOCK": N_("There is not enough of {product}. The order waits for goods or a decision."),
    "E_TWIN": N_(
        "The customer ordered the same goods for the same day already: {number}. The order waits."
    ),
    "E_NO_PRICE": N_("There is no price for {product}. Enter one, then post the order again."),
    "E_DN_UNKNOWN": N_("The delivery note {note_number} is not known. Choose the right one below."),
    "E_DLV_CONFLICT": N_(
        "The delivery note {note_number} was posted before with another result. "
        "Decide which one counts."
    ),
    "E_DLV_RESULT": N_(
        "The result “{result}” does not fit what was delivered ({delivered}). Ask the driver."
    ),
    "E_DLV_LINE": N_("Line {line} ({product}) is not on the delivery note. Ask the driver."),
    "E_DLV_LINES": N_(
        "Record {seq} was lost on its way and may be a line of this delivery. Ask the driver, then "
        "post it as it is or turn it down."
    ),
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
    "E_RET_LINES": N_(
        "The return has {lines} lines; 1 to {limit} is what a return may have. Send it again from "
        "the terminal."
    ),
    "E_RET_NOTE": N_(
        "The return names the delivery note {note_number}, which is not this customer's or was not "
        "delivered. Correct the number."
    ),
    "E_RET_QTY": N_(
        "{qty} units of {product} are given back, but only {left} of that delivery are not back "
        "yet. Ask the driver."
    ),
    "W_RET_UNKNOWN": N_(
        "Nobody knows by which delivery these goods came. A second person decides under Returns."
    ),
    "E_EMPTIES": N_("{product} is no empties. Correct the code."),
    "W_EMPTIES": N_(
        "{qty} units of {product} were taken back, but the customer had only {left} of ours. Count "
        "the empties of this customer."
    ),
    "E_VAN": N_(
        "Nobody knows which van {person} drives. Give the person's route a vehicle with a place, "
        "then check this again."
    ),
    "E_SUPPLIER": N_(
        "The supplier {supplier} is not known. Say which one was meant, or enter it first."
    ),
    "E_LINE": N_(
        "Line {number} of the file means nothing: {line_fault} ({column}). Enter it by hand if "
        "needed, then put it aside: {text}"
    ),
    "E_LINES_MISSING": N_(
        "{lines} lines of this document became nothing. Enter them by hand and let the rest "
        "stand, or put all of it aside."
    ),
    "W_FILE_AGAIN": N_(
        "“{file}” is the file that was taken in before and deleted since, so it was not taken in "
        "again. If it was really collected twice, take it in by hand."
    ),
    "W_FILE_DOUBT": N_(
        "“{file}” goes on where the last one stopped, which may have been deleted since. Only what "
        "is new was taken in: compare it."
    ),
    "W_LIST_WAITS": N_(
        "{files} lists wait: the terminal did not take them. Choose receiving on it, then dock "
        "again."
    ),
    "W_LIST_ROW": N_(
        "{row} is not in the list for the terminal: {line_fault} ({column}). Shorten it, or change "
        "the profile."
    ),
    "W_CNT_FAST": N_("{lines} lines were counted very fast. Have a few of them counted again."),
    "X_BEHIND_COUNT": N_(
        "It happened before a count that came in earlier, so that count's difference is off by it. "
        "Count again."
    ),
    "W_COUNTED_LATER": N_(
        "Some of these goods were counted again later, and that count holds: this one is kept and "
        "moves nothing of them. Nothing to do."
    ),
    "W_VISIT_OPEN": N_("The visit at {customer} was not closed on the terminal. Nothing to do."),
}
