"""Amounts in capital characters, as Chinese vouchers want them."""


def capital_amount(fen: int) -> str:
    """`123450` as `人民币壹仟贰佰叁拾肆元伍角整`; a return is `人民币负...`."""
    # Slow to import, and only papers need it.
    from cn2an import an2cn  # noqa: PLC0415

    size = abs(fen)
    words = str(an2cn(f"{size // 100}.{size % 100:02}", "rmb"))
    jiao = size // 10 % 10
    # The two voucher rules the library leaves out: a zero is said before the jiao when the yuan
    # end in one, and an amount that ends in jiao is closed like one that ends in yuan.
    if jiao and size >= 1000 and size // 100 % 10 == 0:
        head, tail = words.split("元")
        words = f"{head}元零{tail}"
    if jiao and size % 10 == 0:
        words += "整"
    return f"人民币{'负' if fen < 0 else ''}{words}"
