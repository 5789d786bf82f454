"""A GeoReport v2 city on loopback, well- or ill-behaved at will.

    from open311_etl.sandbox import Character, City, serving

    with serving(City(5_000)) as server:
        httpx.get(server.url + "requests.json", params={"page_size": 500})

    with serving(City(5_000), character=Character(row_cap=200, error_500=0.1)) as server:
        ...

``City(size, seed=, start=, days=, now=, token_delay=)``: Springfield, zone America/Chicago,
jurisdiction springfield.gov. The same seed, size, start and days give the same requests. Its clock
stands at ``now``, by default at the end of its days, so that all its requests have been made.

* ``city.set_clock(datetime, running=False)``: to any moment, forward or back.
* ``city.truth(at=None, extensions=True)``: each record as lists show it then, pending ones too.
* ``city.life(id)``: one request's whole life; ``.states()`` gives (moment, record) of each change,
  ``.visible`` the second since 1970 at which lists begin to show it, ``.opened`` the one at which
  it gets its id. ``city.lives()`` gives all of them, those of the future too.
* ``City.living(size, seed=, now=)``: a city whose clock runs on with real time.
* ``city.prepare()`` writes all texts ahead, so that a benchmark measures no first time.
* ``city.services``: the service types; ``.entry()`` and ``.definition()`` as the calls give them.

``Replay(files)``: captured records, one JSON record a line, plain or gzipped, served through the
same calls: each line is an entry of its own, its bytes unchanged.

``Character(...)``: how the server behaves, well by default. Its hundred options are fields that
work alone and together; ``Character.options()`` lists each with its group (Paging, Filters,
Changes, Poison, Access, Dialect, Envelope, Weather, Damage), what it takes, its default and what it
does, and ``Character.parse(["row_cap=200", "wrapped"])`` reads them from a command line. Faults
that are shares of calls are drawn from a seed; ``recover_after=2`` lets the third try of a call
succeed. Drift and vanishing change the city itself, so give each such server a city of its own.

``serving(city, character=, port=0)`` gives a ``Server``: ``url`` and ``test_url`` (base URLs, each
with a slash at its end), ``key`` and ``test_key`` for POST, ``city`` and ``test_city``,
``clock_url``, and ``requests``, a list of (method, path, params) of every call so far.
``serve(city, host=, port=, ready=)`` does the same for the command line, until interrupted.

Live is below ``/open311/v2/``, test below ``/test/open311/v2/``, discovery also at
``/open311/discovery.json``. Both show the seeded requests; what is posted to one is not in the
other. ``GET`` and ``POST /sandbox/clock`` with ``{"now": "2026-02-01T06:00:00Z", "running":
false}`` read and set the clock.

Ways that the specification leaves open: ``page`` 0 is page 1; page sizes are 50 by default and 500
at most; both date bounds are inclusive; without dates the last 90 days are given, unless
``updated_after`` or ``updated_before`` is sent; fractions of a second are refused with 400; times
without an offset are UTC; beyond the last page a list is empty; a token that has no id yet comes
back alone. One request in a hundred appears in lists only days after it was made, with the
``updated_datetime`` it always had (Q-LIFE-2); by id it is there at once.
"""

from __future__ import annotations

from open311_etl.sandbox.character import Character
from open311_etl.sandbox.city import City
from open311_etl.sandbox.replay import Replay
from open311_etl.sandbox.server import LIVE_KEY, TEST_KEY, Server, serve, serving

__all__ = ["LIVE_KEY", "TEST_KEY", "Character", "City", "Replay", "Server", "serve", "serving"]
