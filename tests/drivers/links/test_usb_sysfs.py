"""What the kernel tells of USB devices, from a tree as Linux 6.1 lays it out."""

from pathlib import Path

from drivers.links.usb_sysfs import KnownDevice, KnownInterface, cached_serial, known_devices


def write(folder: Path, **attributes: str) -> Path:
    folder.mkdir(parents=True)
    for name, value in attributes.items():
        (folder / name).write_text(value + "\n")
    return folder


def handheld(root: Path, place: str = "1-2.3") -> None:
    write(
        root / place,
        idVendor="18d1",
        idProduct="4ee1",
        serial="TC52-1",
        product="TC52",
        devnum="7",
    )
    write(
        root / f"{place}:1.0",
        bInterfaceClass="06",
        bInterfaceSubClass="01",
        bInterfaceProtocol="01",
        interface="MTP",
    )


def test_devices_are_told_with_place_and_interfaces(tmp_path: Path) -> None:
    handheld(tmp_path)
    write(tmp_path / "usb1", idVendor="1d6b", idProduct="0002")
    write(tmp_path / "3-1", idVendor="0403", idProduct="6001", devnum="2")
    write(
        tmp_path / "3-1:1.0",
        bInterfaceClass="ff",
        bInterfaceSubClass="ff",
        bInterfaceProtocol="ff",
    )
    assert known_devices(tmp_path) == [
        KnownDevice(
            "1-2.3",
            (0x18D1, 0x4EE1),
            "TC52-1",
            "TC52",
            (KnownInterface((6, 1, 1), "MTP"),),
        ),
        KnownDevice("3-1", (0x0403, 0x6001), "", "", (KnownInterface((0xFF, 0xFF, 0xFF), ""),)),
    ]


def test_a_serial_number_belongs_to_who_is_there_now(tmp_path: Path) -> None:
    handheld(tmp_path)
    assert cached_serial(tmp_path, "1-2.3", 7) == "TC52-1"
    assert cached_serial(tmp_path, "1-2.3", 8) is None
    assert cached_serial(tmp_path, "1-9", 7) is None
    assert cached_serial(tmp_path, "../1-2.3", 7) is None


def test_nothing_there_is_nothing_found(tmp_path: Path) -> None:
    assert known_devices(tmp_path / "nowhere") == []
    write(tmp_path / "1-1", idVendor="zzzz")
    assert known_devices(tmp_path) == []


def test_attributes_of_a_stranger_are_cut_and_cleaned(tmp_path: Path) -> None:
    write(tmp_path / "1-1", idVendor="0001", idProduct="0002", serial="A\x07\u202e" + "B" * 9000)
    (tmp_path / "1-1" / "product").write_bytes(b"\xff\xfe odd")
    (found,) = known_devices(tmp_path)
    assert found.serial == "A" + "B" * 123
    assert found.title == "\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER} odd"
