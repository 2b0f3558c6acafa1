"""Whether a profile reads its own sample as it says it should."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.profiles.profile import Profile, Sample
from app.domain.profiles.reading import read_file
from app.domain.profiles.values import shown


@dataclass(frozen=True, slots=True)
class Difference:
    """Line `line` of the file has `found` where the sample says `expected`; `field` names the
    field, or is "reason" for a bad line. Empty texts stand for nothing at all."""

    line: int
    field: str
    expected: str
    found: str


def compare_sample(profile: Profile, sample: Sample, data: bytes) -> tuple[Difference, ...]:
    """All that comes out otherwise; of each line only the fields that the sample names."""
    read = read_file(profile, data)
    differences = []
    for place in range(max(len(read.lines), len(sample.lines))):
        if place >= len(read.lines):
            differences.append(Difference(0, "", f"line {place + 1}", ""))
        elif place >= len(sample.lines):
            line = read.lines[place]
            differences.append(Difference(line.number, "", "", line.text))
        else:
            line = read.lines[place]
            for name, expected in sample.lines[place].items():
                value = line.fields.get(name)
                found = "" if value is None else shown(value)
                if found != expected:
                    differences.append(Difference(line.number, name, expected, found))
    wanted = dict(sample.bad)
    came = {bad.number: bad.reason for bad in read.bad}
    for number in sorted(wanted.keys() | came.keys()):
        expected, found = wanted.get(number, ""), came.get(number, "")
        if expected != found:
            differences.append(Difference(number, "reason", expected, found))
    return tuple(differences)
