"""Small generated files with the columns of the presets' Kaggle datasets, so that each runs.

They are called generated wherever they appear: the values are drawn, only the schema, the marks for
missing values, the leaks and the order of time are those of the real files.
"""

from __future__ import annotations

import csv
import io
import math
import random
import zipfile
from collections.abc import Callable, Iterable

Row = dict[str, object]


def archive(preset: str, rows: int = 3000) -> bytes:
    """Return the zip archive that the stand-in for Kaggle serves for a preset."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, make in FILES[preset].items():
            chance = random.Random(f"{preset}/{name}")
            package.writestr(name, _csv(make(chance, i, rows) for i in range(rows)))
    return buffer.getvalue()


def _csv(rows: Iterable[Row]) -> str:
    text = io.StringIO(newline="")
    writer: csv.DictWriter[str] | None = None
    for row in rows:
        if writer is None:
            writer = csv.DictWriter(text, list(row))
            writer.writeheader()
        writer.writerow(row)
    return text.getvalue()


def _yes(chance: random.Random, logit: float) -> bool:
    return chance.random() < 1 / (1 + math.exp(-logit))


def _adult(chance: random.Random, i: int, rows: int) -> Row:
    age, years, hours = chance.randint(17, 90), chance.randint(1, 16), chance.randint(1, 99)
    schools = ("HS-grad", "Some-college", "Bachelors", "Masters")
    is_married = chance.random() < 0.5
    gain = chance.choice((0, 0, 0, 0, 2174, 7688, 15024))
    logit = 0.03 * (age - 40) + 0.35 * (years - 10) + 1.5 * is_married + gain / 6000 - 2.2
    return {
        "age": age,
        "workclass": chance.choice(("Private", "Private", "State-gov", "Self-emp-inc", "?")),
        "fnlwgt": chance.randint(12285, 1484705),
        "education": schools[min(years // 4, 3)],
        "education.num": years,
        "marital.status": "Married-civ-spouse" if is_married else "Never-married",
        "occupation": chance.choice(("Sales", "Craft-repair", "Exec-managerial", "?")),
        "relationship": "Husband" if is_married else "Not-in-family",
        "race": chance.choice(("White", "Black", "Other")),
        "sex": chance.choice(("Male", "Female")),
        "capital.gain": gain,
        "capital.loss": chance.choice((0, 0, 0, 1902)),
        "hours.per.week": hours,
        "native.country": chance.choice(("United-States", "Mexico", "?")),
        "income": ">50K" if _yes(chance, logit) else "<=50K",
    }


MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December")  # fmt: skip


def _hotel(chance: random.Random, i: int, rows: int) -> Row:
    day = 1 + chance.randint(0, 780)  # since July 2015
    year, month = 2015 + (day // 30 + 6) // 12, (day // 30 + 6) % 12
    lead, deposit = chance.randint(0, 400), chance.random() < 0.12
    is_cancelled = _yes(chance, 0.006 * (lead - 180) + 3 * deposit)
    return {
        "hotel": chance.choice(("Resort Hotel", "City Hotel")),
        "is_canceled": int(is_cancelled),
        "lead_time": lead,
        "arrival_date_year": year,
        "arrival_date_month": MONTHS[month],
        "arrival_date_week_number": 1 + month * 4,
        "arrival_date_day_of_month": 1 + day % 28,
        "stays_in_weekend_nights": chance.randint(0, 4),
        "stays_in_week_nights": chance.randint(0, 10),
        "adults": chance.randint(1, 3),
        "children": chance.choice((0, 0, 1, "NA")),
        "babies": chance.choice((0, 0, 0, 1)),
        "meal": chance.choice(("BB", "HB", "SC", "Undefined")),
        "country": chance.choice(("PRT", "GBR", "FRA", "NULL")),
        "market_segment": chance.choice(("Direct", "Online TA", "Groups")),
        "distribution_channel": chance.choice(("Direct", "TA/TO")),
        "is_repeated_guest": chance.choice((0, 0, 0, 1)),
        "previous_cancellations": chance.choice((0, 0, 0, 1)),
        "previous_bookings_not_canceled": chance.choice((0, 0, 2)),
        "reserved_room_type": chance.choice("ADE"),
        "assigned_room_type": chance.choice("ADE"),
        "booking_changes": chance.choice((0, 0, 1)),
        "deposit_type": "Non Refund" if deposit else "No Deposit",
        "agent": chance.choice((9, 240, 14, "NULL")),
        "company": chance.choice(("NULL", "NULL", "NULL", 40)),
        "days_in_waiting_list": 0,
        "customer_type": chance.choice(("Transient", "Contract")),
        "adr": round(chance.lognormvariate(4.5, 0.4), 2),
        "required_car_parking_spaces": 0 if is_cancelled else chance.choice((0, 1)),
        "total_of_special_requests": chance.randint(0, 3),
        "reservation_status": "Canceled" if is_cancelled else "Check-Out",
        "reservation_status_date": f"{year}-{month + 1:02}-{1 + day % 28:02}",
    }


def _fraud(chance: random.Random, i: int, rows: int) -> Row:
    fraud = chance.random() < 0.03  # 0.0017 in the real file: too few for a small one
    parts = {f"V{n}": round(chance.gauss(-2.0 * fraud if n in (3, 14, 17) else 0, 1), 6)
             for n in range(1, 29)}  # fmt: skip
    amount = round(chance.lognormvariate(3, 1.5), 2)
    return {"Time": i * 172792 // rows, **parts, "Amount": amount, "Class": int(fraud)}


def _housing(chance: random.Random, i: int, rows: int) -> Row:
    longitude, latitude = chance.uniform(-124, -114), chance.uniform(32.5, 42)
    income, rooms = chance.lognormvariate(1.2, 0.4), chance.randint(100, 8000)
    ocean = "<1H OCEAN" if longitude + latitude * 0.9 < -86 else "INLAND"
    value = 42000 * income + (60000 if ocean != "INLAND" else 0) + chance.gauss(0, 30000) + 20000
    return {
        "longitude": round(longitude, 2),
        "latitude": round(latitude, 2),
        "housing_median_age": float(chance.randint(1, 52)),
        "total_rooms": float(rooms),
        "total_bedrooms": "" if chance.random() < 0.01 else float(rooms // 5),
        "population": float(rooms // 2 + chance.randint(0, 500)),
        "households": float(rooms // 6 + chance.randint(1, 50)),
        "median_income": round(income, 4),
        "median_house_value": float(min(500001, max(15000, round(value, -2)))),
        "ocean_proximity": ocean,
    }


def _forest(chance: random.Random, i: int, rows: int) -> Row:
    kind = chance.choice((1, 1, 2, 2, 2, 3, 4, 5, 6, 7))
    area, soil = chance.randint(1, 4), chance.randint(1, 40)
    return {
        "Elevation": round(chance.gauss(2200 + 150 * kind, 90)),
        "Aspect": chance.randint(0, 360),
        "Slope": chance.randint(0, 50),
        "Horizontal_Distance_To_Hydrology": chance.randint(0, 1300),
        "Vertical_Distance_To_Hydrology": chance.randint(-150, 500),
        "Horizontal_Distance_To_Roadways": chance.randint(0, 7000),
        "Hillshade_9am": chance.randint(0, 254),
        "Hillshade_Noon": chance.randint(0, 254),
        "Hillshade_3pm": chance.randint(0, 254),
        "Horizontal_Distance_To_Fire_Points": chance.randint(0, 7000),
        **{f"Wilderness_Area{n}": int(n == area) for n in range(1, 5)},
        **{f"Soil_Type{n}": int(n == soil) for n in range(1, 41)},
        "Cover_Type": kind,
    }


def _telco(chance: random.Random, i: int, rows: int) -> Row:
    tenure, monthly = chance.randint(0, 72), round(chance.uniform(18, 119), 2)
    contract = chance.choice(("Month-to-month", "Month-to-month", "One year", "Two year"))
    logit = 1.2 * (contract == "Month-to-month") - 0.04 * tenure + 0.01 * monthly - 0.8
    service = ("Yes", "No", "No internet service")
    services = ("OnlineSecurity", "OnlineBackup", "DeviceProtection", "TechSupport",
                "StreamingTV", "StreamingMovies")  # fmt: skip
    return {
        "customerID": f"{chance.randint(0, 9999):04}-{i:05}",
        "gender": chance.choice(("Female", "Male")),
        "SeniorCitizen": int(chance.random() < 0.16),
        "Partner": chance.choice(("Yes", "No")),
        "Dependents": chance.choice(("Yes", "No")),
        "tenure": tenure,
        "PhoneService": chance.choice(("Yes", "No")),
        "MultipleLines": chance.choice(("Yes", "No", "No phone service")),
        "InternetService": chance.choice(("DSL", "Fiber optic", "No")),
        **{name: chance.choice(service) for name in services},
        "Contract": contract,
        "PaperlessBilling": chance.choice(("Yes", "No")),
        "PaymentMethod": chance.choice(("Mailed check", "Electronic check")),
        "MonthlyCharges": monthly,
        "TotalCharges": " " if tenure == 0 else round(tenure * monthly, 2),
        "Churn": "Yes" if _yes(chance, logit) else "No",
    }


def _flights(chance: random.Random, i: int, rows: int) -> Row:
    day, airline = i * 364 // rows, chance.choice(("AA", "DL", "UA", "WN"))
    hour, is_cancelled = chance.randint(5, 23), chance.random() < 0.015
    delay = round(chance.gauss(-5 + 3 * (hour - 10) + 8 * (airline == "WN"), 25))
    return {
        "YEAR": 2015,
        "MONTH": 1 + day // 31,
        "DAY": 1 + day % 28,
        "DAY_OF_WEEK": 1 + day % 7,
        "AIRLINE": airline,
        "FLIGHT_NUMBER": chance.randint(1, 9999),
        "TAIL_NUMBER": f"N{chance.randint(100, 999)}{airline}",
        "ORIGIN_AIRPORT": chance.choice(("ATL", "ORD", "LAX", "12892")),
        "DESTINATION_AIRPORT": chance.choice(("JFK", "SEA", "DFW", "14747")),
        "SCHEDULED_DEPARTURE": f"{hour:02}{chance.randint(0, 59):02}",
        "DEPARTURE_DELAY": "" if is_cancelled else delay,
        "SCHEDULED_TIME": 60 + chance.randint(0, 300),
        "DISTANCE": chance.randint(100, 2700),
        "SCHEDULED_ARRIVAL": f"{(hour + 2) % 24:02}{chance.randint(0, 59):02}",
        "ARRIVAL_DELAY": "" if is_cancelled else delay + chance.randint(-10, 10),
        "DIVERTED": 0,
        "CANCELLED": int(is_cancelled),
    }


def _airline(chance: random.Random, i: int, rows: int) -> Row:
    return {"IATA_CODE": f"X{i}", "AIRLINE": f"Airline {i}"}


FILES: dict[str, dict[str, Callable[[random.Random, int, int], Row]]] = {
    "census-income": {"adult.csv": _adult},
    "hotel-bookings": {"hotel_bookings.csv": _hotel},
    "card-fraud": {"creditcard.csv": _fraud},
    "california-housing": {"housing.csv": _housing},
    "forest-cover": {"covtype.csv": _forest},
    "telco-churn": {"WA_Fn-UseC_-Telco-Customer-Churn.csv": _telco},
    "us-flights": {"airlines.csv": _airline, "flights.csv": _flights},
}
