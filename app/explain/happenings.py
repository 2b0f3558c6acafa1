"""Words for what happens to an order on its way."""

from collections.abc import Mapping

from app.i18n import N_, Translator

HAPPENINGS: Mapping[str, str] = {
    "ordered": N_("Ordered"),
    "release_order": N_("Released"),
    "reject_order": N_("Rejected"),
    "cancel_order": N_("Cancelled"),
    "close_short": N_("Closed short"),
    "planned": N_("Planned for delivery"),
    "drop_delivery": N_("Delivery taken back before loading"),
    "load": N_("Loaded onto the van"),
    "printed": N_("Printed"),
    "delivery_full": N_("Delivered in full"),
    "delivery_part": N_("Delivered in part"),
    "delivery_refused": N_("Refused"),
    "delivery_missed": N_("Not attempted"),
    "posted": N_("Posted"),
    "reversed": N_("Reversed"),
    "return_asked": N_("Return asked for"),
    "return_collected": N_("Return collected by the driver"),
    "return_received": N_("Return received into quarantine"),
    "return_credited": N_("Return looked at and credited"),
}


def happening_words(what: str, t: Translator) -> str:
    """What happened, in the reader's language."""
    return t(HAPPENINGS.get(what, what))
