"""Numbers: microseconds for one, by the library alone and by Muster, measured in turns in the same process.

    python -m bench.phones [how many numbers]

The numbers are those of every country, written in many ways, one in twenty of them no good. No number comes twice but
by chance; of those before it, Muster remembers what their beginnings settle, as it does in a file.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable

import phonenumbers
from phonenumbers import PhoneNumber, PhoneNumberFormat

from muster.core import phones

HOME = "US"
BAD = ["N/A", "hello", "4.41753E+11", "+44 12", "716555", "+999 123 4567", "+44 7911 123456 ext 5", "011441753495000"]
TIMES = 15


def examples() -> list[PhoneNumber]:
    kinds = range(11)
    found = [
        phonenumbers.example_number_for_type(region, kind)
        for region in phonenumbers.SUPPORTED_REGIONS
        for kind in kinds
    ]
    return [number for number in found if number]


def written(number: PhoneNumber, random_: random.Random) -> str:
    """One way in which people write this number."""
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    international = phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    ways = [e164, e164, international, international, international.replace(" ", "-"), international.replace(" ", ".")]
    if number.country_code == 1:
        national = phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL)
        ways += [national, national, national.replace(") ", "-").lstrip("("), e164[2:], e164[1:]]
    return random_.choice(ways)


def cells(count: int) -> list[str]:
    """Numbers with their last four digits at random, so that few are the same."""
    random_ = random.Random(7)
    kinds = sorted(examples(), key=str)
    own = [number for number in kinds if number.country_code == 1]
    found = []
    for _ in range(count):
        number = PhoneNumber()
        number.merge_from(random_.choice(own if random_.random() < 0.4 else kinds))
        number.national_number = (number.national_number or 0) // 10_000 * 10_000 + random_.randrange(10_000)
        found.append(random_.choice(BAD) if random_.random() < 0.05 else written(number, random_))
    return found


def library_e164(cell: str) -> None:
    try:
        number = phonenumbers.parse(cell, HOME)
    except phonenumbers.NumberParseException:
        return
    if phonenumbers.is_possible_number(number):
        phonenumbers.is_valid_number(number)
        phonenumbers.format_number(number, PhoneNumberFormat.E164)


def library_all(cell: str) -> None:
    library_e164(cell)
    try:
        number = phonenumbers.parse(cell, HOME)
    except phonenumbers.NumberParseException:
        return
    phonenumbers.region_code_for_number(number)
    phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def muster_e164(cell: str) -> None:
    phones.read(cell, HOME)


def muster_all(cell: str) -> None:
    e164 = phones.read(cell, HOME).e164
    if e164:
        phones.region_of(e164)
        phones.show(e164)


def microseconds(work: Callable[[str], None], numbers: list[str]) -> float:
    begin = time.process_time()
    for cell in numbers:
        work(cell)
    return (time.process_time() - begin) / len(numbers) * 1e6


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    numbers = cells(count)
    begin = time.process_time()
    for work in (muster_all, library_all):
        microseconds(work, numbers[:: max(1, count // 2000)])
    plans = time.process_time() - begin
    pairs = {"read": (muster_e164, library_e164), "read, region and display": (muster_all, library_all)}
    for name, (ours, theirs) in pairs.items():
        turns = [(microseconds(ours, numbers), microseconds(theirs, numbers[::20])) for _ in range(TIMES)]
        muster, library = (min(turn) for turn in zip(*turns, strict=True))
        line = {"case": name, "numbers": count, "muster µs": round(muster, 2), "library µs": round(library, 1)}
        print(json.dumps({**line, "ratio": round(library / muster, 1)}, ensure_ascii=False))
    print(json.dumps({"phonenumbers": phonenumbers.__version__, "warm-up s": round(plans, 2)}))


if __name__ == "__main__":
    main()
