"""Sentences for the errors of the office side, and for the rules that refuse."""

from collections.abc import Mapping

from app.i18n import N_

ERRORS: Mapping[str, str] = {
    "error": N_("Something went wrong. Try again; if it stays, send the log to your support."),
    "usage": N_(
        "That cannot be done: {reason} ({argument}). Add --help to see how the command is used."
    ),
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
    "profile": N_(
        "The format profile “{profile}” cannot be used: {faults}. Correct it, then try again."
    ),
    "output": N_(
        "{path} cannot be written: {reason}. Close it elsewhere, or choose another place."
    ),
    "backup": N_(
        "{path} cannot be used as a backup: {flaw}. Nothing was changed; take another backup."
    ),
    "backup-locked": N_(
        "{path} stays closed: {flaw}. Give the passphrase that it was made with by --passphrase, "
        "or none if it was made without."
    ),
    "window_open": N_(
        "Tallydock is open for {path} already (process {process}): look behind the other windows, "
        "or in the tray."
    ),
    "screen": N_(
        "There is no screen here to show the window on. Start it on a desktop, or use a command; "
        "tallydock --help lists them."
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

# Things that are found by another way than by writing them differently.
MISSING: Mapping[str, str] = {
    "session": N_(
        "No docking goes by “{key}”, or several begin so. Take the whole key from “tallydock "
        "sessions list”."
    ),
    "recording": N_(
        "The traffic of docking {key} is not here: it was not recorded, or cleared away after a "
        "month. “tallydock sessions show” still tells what happened."
    ),
    "profile": N_(
        "No format profile has the code “{key}”. “tallydock profiles list” tells all that there "
        "are."
    ),
    "branch": N_("There is no branch here yet. Make one, or start with “tallydock demo”."),
    "terminal": N_("Terminal {key} is not enrolled here. Enrol it, then dock again."),
    "file terminal": N_(
        "No terminal is set up that is known by “{key}”, so nothing was taken from it. Set it up "
        "under Terminals, or with “tallydock files setup”."
    ),
    "delivery to load": N_("Nothing is planned for {key}. Plan the day first, then load."),
    "delivery note": N_(
        "There is no delivery note {key}. Check the number, the day and the route."
    ),
    "driver": N_("There is no family of terminals “{key}”. “tallydock files drivers” lists them."),
    "list": N_("The profile of terminal {key} has no list. Choose one that has."),
    "carrier": N_(
        "No terminal belongs to the driver or the route of {key}. Give one of them a terminal."
    ),
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
        "{user} counted or typed this and may not approve the same count. Ask somebody else."
    ),
    "terminal-not-lost": N_(
        "Terminal {terminal} may still bring its own records. Dock it, or report it lost before "
        "you type what its paper says."
    ),
    "not-on-van": N_(
        "{number} is “{state}”. Only what is on a van can be typed from paper; look at its result."
    ),
    "too-old": N_(
        "What is left of {product} is too old for this customer. Take another lot, or write it off."
    ),
    "count-negative": N_("Less than nothing cannot be counted. Correct the figure."),
    "checker-is-driver": N_(
        "{person} drives and may not check the load too. Somebody else of the warehouse has to."
    ),
    "not-checked": N_(
        "Nothing is said of {product}, which was picked. Count it; if there is none, write 0."
    ),
    "overloaded": N_(
        "Of {product} {found} units were found but {picked} were picked. Take the rest off the "
        "van, or count again."
    ),
    "unfit-load": N_(
        "{qty} units of {product} cannot go: the book has no such lot there, or it is too old for "
        "these customers. Load another lot."
    ),
    "not-a-wholesalers": N_(
        "{number} is not handed to a wholesaler: its goods come from our own vans. Plan it, or "
        "amend the order."
    ),
    "slip-missing": N_("The slip has no number. Type the number that the wholesaler printed."),
    "slip-told": N_("Slip {slip} of this wholesaler is here already, as {number}."),
    "wholesalers-goods": N_(
        "{number} was delivered by a wholesaler: its goods go back to him, not to us."
    ),
    "returned-too-much": N_(
        "Of {product} at most {left} units can come back. Look at the delivery it came by."
    ),
    "receipt": N_("{received} came and {rejected} were rejected: that cannot be. Count again."),
    "told-twice": N_("A note is there twice. Say once what became of it."),
    "over-delivered": N_(
        "On line {line} of {number} more is delivered or refused than was loaded. Correct it."
    ),
    "counter-unknown": N_(
        "Nobody here is called {person}, so it is not known who counted. Say who it was under "
        "Quarantine, or add this person; then approve."
    ),
    "proposer-confirms": N_(
        "{user} suggested this and may not confirm it too. Ask a second person."
    ),
    "resolver-is-author": N_(
        "This came from {user}'s own terminal, so somebody else has to decide. Ask another person."
    ),
    "approver-is-author": N_("{user} entered this and may not decide about it. Ask somebody else."),
    "count-size": N_("{lines} lines are too many for one count; {limit} is the limit. Make two."),
    "counter-again": N_("{user} counted this first. Somebody else has to count it again."),
    "counted-ahead": N_("This time is still to come. Check the clock."),
    "not-recounted": N_("Lines {lines} are not counted again yet. Count them, then hand it in."),
    "no-stop": N_("Nothing is planned for customer {customer} on this route and day."),
    "two-vans": N_(
        "Parts of route {route} are planned with different vans. Say which one takes all of it."
    ),
    "swapped": N_(
        "Fresh goods were handed over for these, so the return cannot be rejected. Look at the "
        "goods instead."
    ),
    "day-reopened": N_(
        "The books are closed through {closed_through} and stay closed. Post on an open day."
    ),
    "weights": N_("An amount cannot be spread over shares that are all zero. Correct the shares."),
    "number": N_("This is not a document number of ours. Check it digit by digit."),
    "digits": N_("“{text}” must be digits only. Type it again."),
    "gtin": N_("“{gtin}” is not a valid article number. Check its last digit."),
    "barcode-text": N_("“{text}” cannot be printed as a barcode. Use letters and digits only."),
    "data-set": N_(
        "There is too much in “{name}” for a terminal to take home ({reason}). Put what is not "
        "sold or served any more out of use."
    ),
    "branch-exists": N_("There is a branch here already. Choose an empty data folder for another."),
    "route-without-van": N_("The route {route} has no van. Give it one in the master data."),
    "warehouse-open": N_("There are several warehouses: {codes}. Say which one is meant."),
    "too-many-lines": N_("An order has at most {limit} lines, and this one has {lines}. Split it."),
    "same-line-twice": N_("{product} is there twice in the same packing. Put both in one line."),
    "quantity-text": N_("“{text}” is no quantity. Type 3, 3+4 or 3箱4瓶."),
    "no-price": N_("There is no price for {product}. Enter one in the price list first."),
    "order-underway": N_(
        "Goods of order {number} are planned, loaded or delivered. Wait until the van is back."
    ),
    "one-holder": N_("Territory {territory} is given either to a wholesaler or to a person."),
    "empties-in-use": N_(
        "{product} lies in stock with the empties it came with. Change them when none is left."
    ),
    "packing-factor": N_(
        "Packing {packing} of {product} is in use with another number of units."
        " A new size needs a new packing code."
    ),
    "promotion-rule": N_("Rule {rule_no} of the promotion lacks or exceeds a figure: {names}."),
    "no-lines": N_("There is nothing on it. Enter at least one line."),
    "already-resolved": N_("Somebody has settled this line already. Nothing needs to be done."),
    "reason-missing": N_("A reason is needed, for whoever reads this later. Write it down."),
    "fix-does-not-fit": N_(
        "That does not settle it: the record still has a problem ({code}). Choose another answer, "
        "or reject the line."
    ),
    "wrong-branch": N_(
        "Terminal {terminal} belongs to branch {branch}; this is branch {ours}. Send it back "
        "there. Nothing was taken in."
    ),
    "terminal-revoked": N_("Terminal {terminal} has been locked out. Ask your administrator."),
    "terminal-serial": N_(
        "Terminal {terminal} calls itself {serial}, but is known here as {known}. Have it checked: "
        "two terminals may carry the same number."
    ),
    "terminal-outdated": N_(
        "The store of terminal {terminal} (epoch {epoch}) is older than what it handed over "
        "before. Have it checked before it is used again."
    ),
    "terminal-lost": N_(
        "Terminal {terminal} is reported lost. Have it checked, then pair it anew to use it again."
    ),
    "terminal-replaced": N_(
        "This device is terminal {terminal} no more: another one was paired in its place. Pair it "
        "anew to use it again."
    ),
    "terminal-copied": N_(
        "Two devices carry the memory of terminal {terminal} (epoch {epoch}). Nothing was taken "
        "in. Have both checked, then pair one of them anew."
    ),
    "device-elsewhere": N_(
        "This device is terminal {terminal} already. Lock that number out before you pair the "
        "device under another one."
    ),
    "certificate-unfit": N_("This is not a certificate that a terminal can be known by."),
    "pairing-expired": N_("The code is older than five minutes. Begin the pairing again."),
    "pairing-refused": N_("The digits did not agree, so nothing was paired. Begin again."),
    "no-pairing": N_("Terminals of the kind “{driver}” are not paired. Just dock them."),
    "route-taken": N_(
        "The route {route} has terminal {terminal} already. Take that one off it first."
    ),
    "command-too-large": N_(
        "That is too much at once: {size_bytes} bytes, and {limit_bytes} are the most. Bring it in "
        "several parts."
    ),
    "profile-unfit": N_(
        "“{file}” does not fit the profile {profile} at all: {line_fault}. Nothing was taken in "
        "and nothing deleted. Choose another profile for the terminal."
    ),
    "setup-unknowable": N_(
        "Say by which serial number or at which port terminal {terminal} is to be known again."
    ),
    "setup-baud": N_("The speed of a serial line is {slowest} to {fastest} baud. Choose another."),
    "setup-taken": N_("Terminal {terminal} is known by {known_by} already. Change that one first."),
    "terminal-number": N_("{terminal} cannot be a terminal's number. Choose one from 1 to 65535."),
    "terminal-enrolled": N_("Terminal {terminal} is enrolled already. Choose another number."),
    "database-not-empty": N_("{url} is not empty. Name an empty database to replay into."),
    "profile-exists": N_(
        "There is a format profile “{profile}” already. Give yours another code, or add --replace "
        "if it is your own."
    ),
    "profile-in-use": N_(
        "The files of terminal {terminals} are read by the profile “{profile}”. Give it another "
        "one under Terminals, then delete this."
    ),
    "folder-not-empty": N_(
        "{path} is not empty. Name an empty folder, or one that is not there yet, with --data."
    ),
    "not-a-backup": N_(
        "{path} is something else than a backup and stays as it is. Choose another name."
    ),
    "not-posted": N_(
        "{number} is “{state}” and can be reversed only once it is posted. Nothing was changed."
    ),
    "statement-foots": N_(
        "The stock statement of {product} does not add up to {closing}. Run “tallydock check” and "
        "send its answer to your support."
    ),
    "move": N_(
        "Goods must move in a quantity above zero between two different places. Correct the line."
    ),
}
