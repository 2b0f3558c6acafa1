"""Words for the families of terminals that know files: what they can do, what is not sure."""

from collections.abc import Collection, Mapping

from app.i18n import N_, Translator

TITLES: Mapping[str, str] = {
    "folder": N_("Drive or folder"),
    "mtp": N_("Android terminal (files over MTP)"),
    "xmodem": N_("Terminal with XMODEM"),
    "ymodem": N_("Terminal with YMODEM"),
    "zmodem": N_("Terminal with ZMODEM"),
    "kermit": N_("Terminal with Kermit"),
}
"""Titles that say more than the names of makers, by the name of the driver."""

ABILITIES: Mapping[str, str] = {
    "info": N_("says who it is"),
    "pull": N_("gives its files"),
    "settle": N_("can be cleared"),
    "push": N_("takes lists"),
    "set_clock": N_("gets its clock set"),
}
"""What a family can do, by the method that does it."""

DOUBTS: Mapping[str, str] = {
    "cipherlab": N_(
        "Its checksum, the word that ends an upload and its first speed (38400 baud) could not be "
        "confirmed: try it with a few scans first."
    ),
    "unitech": N_(
        "Its checksum and how a long list of files goes on could not be confirmed: try it with a "
        "few scans first."
    ),
}
"""What about a family could not be confirmed, by the name of the driver."""


def family_title(name: str, title: str, t: Translator) -> str:
    return t(TITLES[name]) if name in TITLES else title


def abilities(methods: Collection[str], t: Translator) -> str:
    """What a family can do, in the order of a docking."""
    return "  ·  ".join(t(words) for method, words in ABILITIES.items() if method in methods)


def doubts_of(name: str, doubts: str, t: Translator) -> str:
    """What is not sure about a family; one without words says it as its driver does."""
    return t(DOUBTS[name]) if doubts and name in DOUBTS else doubts
