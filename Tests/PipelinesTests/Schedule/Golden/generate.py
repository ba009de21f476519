"""Writes CroniterGolden.swift: times of cron expressions as croniter and Python's zoneinfo have them.

Run from this folder: pip install croniter==7.0.0 tzdata==2026.6; python3 generate.py > CroniterGolden.swift
On a wall clock without changes the times are croniter's own. Around a change of the clock they are worked out here,
minute by minute: croniter says which readings of the wall clock are meant, zoneinfo which moments show that reading.
"""

import datetime
import importlib.metadata
import zoneinfo

import croniter

UTC = datetime.timezone.utc
MINUTE = datetime.timedelta(minutes=1)

PLAIN = [
    ("* * * * *", "2026-11-23T12:00:30"),
    ("*/7 * * * *", "2026-11-23T12:50:00"),
    ("5,35 * * * *", "2026-11-23T12:35:00"),
    ("3-17/4 8-18 * * *", "2026-11-23T18:10:00"),
    ("50/3 23 * * *", "2026-12-31T23:52:00"),
    ("0 0 * * *", "2026-12-30T00:00:00"),
    ("30 2 1 * *", "2026-11-23T00:00:00"),
    ("0 12 31 * *", "2026-01-31T12:00:00"),
    ("0 12 30 * *", "2027-12-30T12:00:00"),
    ("15 6 29 2 *", "2023-03-01T00:00:00"),
    ("15 6 29 FEB *", "2092-01-01T00:00:00"),
    ("0 9 * * mon-fri", "2026-11-20T10:00:00"),
    ("0 9 * * 7", "2026-11-23T10:00:00"),
    ("0 9 * * 0", "2026-11-23T10:00:00"),
    ("0 9 * * sat,sun", "2026-11-23T10:00:00"),
    ("0 9 * jan,jul tue", "2026-11-23T10:00:00"),
    ("0 0 13 * fri", "2026-11-23T10:00:00"),
    ("0 0 1,15 * wed", "2026-11-23T10:00:00"),
    ("0 0 L * *", "2027-12-30T00:00:00"),
    ("0 0 L feb *", "2026-01-01T00:00:00"),
    ("59 23 31 12 *", "2026-12-31T23:59:00"),
    ("0 */5 * * *", "2026-11-23T20:00:00"),
    ("0 0 */10 * *", "2026-02-21T00:00:00"),
    ("0 0 * */5 *", "2026-11-23T20:00:00"),
    ("@hourly", "2026-11-23T20:30:00"),
    ("@daily", "2028-02-28T12:00:00"),
    ("@weekly", "2026-11-23T20:30:00"),
    ("@monthly", "2026-11-23T20:30:00"),
    ("@yearly", "2026-11-23T20:30:00"),
]

NIGHTS = [
    ("Europe/Madrid", "2026-03-28T20:00", "2026-03-30T04:00"),
    ("Europe/Madrid", "2026-10-24T20:00", "2026-10-26T04:00"),
    ("America/New_York", "2026-03-07T20:00", "2026-03-09T10:00"),
    ("America/New_York", "2026-10-31T20:00", "2026-11-02T10:00"),
    ("Australia/Lord_Howe", "2026-04-03T20:00", "2026-04-05T20:00"),
    ("Australia/Lord_Howe", "2026-10-02T20:00", "2026-10-04T20:00"),
    ("Asia/Kolkata", "2026-03-28T12:00", "2026-03-30T00:00"),
    ("Asia/Beirut", "2026-03-28T12:00", "2026-03-30T00:00"),
    ("Pacific/Apia", "2011-12-29T00:00", "2012-01-01T12:00"),
]
NIGHTLY = ["30 2 * * *", "0 3 * * *", "*/20 1-2 * * *", "15 * * * *", "0 0 * * *", "45 1 * * 0"]


def moments(zone, reading):
    """The moments at which the wall clock shows a reading: none, one or two, as seconds."""
    out = []
    for fold in (0, 1):
        at = reading.replace(tzinfo=zone, fold=fold).astimezone(UTC)
        if at.astimezone(zone).replace(tzinfo=None, fold=0) == reading:
            out.append(int(at.timestamp()))
    return sorted(set(out))


def night(zone_name, expression, gap, fold, start, end):
    zone = zoneinfo.ZoneInfo(zone_name)
    start = int(datetime.datetime.fromisoformat(start).replace(tzinfo=UTC).timestamp())
    end = int(datetime.datetime.fromisoformat(end).replace(tzinfo=UTC).timestamp())
    reading = datetime.datetime.fromtimestamp(start - 26 * 3600, zone).replace(tzinfo=None, fold=0)
    last = datetime.datetime.fromtimestamp(end + 26 * 3600, zone).replace(tzinfo=None, fold=0)
    times = set()
    while reading <= last:
        if croniter.croniter.match(expression, reading):
            found = moments(zone, reading)
            if len(found) == 2:
                found = {"first": found[:1], "last": found[1:], "both": found}[fold]
            elif not found and gap == "shift":
                after = reading
                while not moments(zone, after):
                    after += MINUTE
                found = moments(zone, after)[:1]
            times.update(found)
        reading += MINUTE
    return sorted(time for time in times if start <= time < end), start, end


def swift(values):
    return "[" + ", ".join(str(value) for value in values) + "]"


print(f"// Made by generate.py with croniter {importlib.metadata.version('croniter')} "
      f"and tzdata {importlib.metadata.version('tzdata')}.")
print("enum CroniterGolden {")
print("    /// An expression in UTC, a moment, and the next times after it, in seconds.")
print("    static let plain: [(cron: String, after: Int64, times: [Int64])] = [")
for expression, start in PLAIN:
    base = datetime.datetime.fromisoformat(start).replace(tzinfo=UTC)
    spelled = expression.replace("L", "l") if " L " in expression else expression
    walk = croniter.croniter(spelled, base)
    times = [int(walk.get_next(datetime.datetime).timestamp()) for _ in range(8)]
    print(f'        ("{expression}", {int(base.timestamp())}, {swift(times)}),')
print("    ]")
print("    /// Every time of a span in which a zone changes its clock, in seconds.")
print("    static let nights: [Night] = [")
for zone_name, start, end in NIGHTS:
    for expression in NIGHTLY:
        for gap, fold in (("shift", "first"), ("skip", "last"), ("shift", "both")):
            times, low, high = night(zone_name, expression, gap, fold, start, end)
            print(f'        Night("{zone_name}", "{expression}", "{gap}", "{fold}", {low}, {high}, {swift(times)}),')
print("    ]")
print("}")
