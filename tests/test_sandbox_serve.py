"""The sandbox for the command line: one clear line for a taken port, local callers only, Ctrl-C."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys

import httpx
import pytest

from open311_etl.errors import UsageError
from open311_etl.sandbox import City, Replay, serve, serving

PROGRAM = """
import sys
from open311_etl.sandbox import City, serve
try:
    serve(City(50), port=0, ready=lambda server: print(server.url, flush=True))
except KeyboardInterrupt:
    sys.exit(130)
"""


def test_it_serves_until_interrupted_and_says_nothing_more() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert httpx.get(url + "requests.json").json()
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=20)
    finally:
        process.kill()
    assert (process.returncode, rest, errors) == (130, "", "")


def test_a_foreign_host_name_is_refused() -> None:
    with serving(City(10)) as server:
        for path in ("open311/v2/requests.json", "sandbox/clock", ""):
            answer = httpx.get(f"{server.root}/{path}", headers={"Host": "evil.example"})
            assert answer.status_code == 400
        port = server.port
        assert httpx.get(f"http://localhost:{port}/open311/v2/services.json").status_code == 200


def test_the_front_page_says_where_everything_is() -> None:
    with serving(City(10)) as server:
        front = httpx.get(server.root + "/").json()
        assert (front["live"], front["test"]) == (server.url, server.test_url)


def test_it_listens_on_ipv6_too() -> None:
    try:
        with serving(City(10), host="::1") as server:
            assert server.url.startswith("http://[::1]:")
            assert httpx.get(server.url + "services.json").status_code == 200
    except UsageError:
        pytest.skip("this machine has no IPv6 loopback")


def test_a_taken_port_or_a_foreign_address_is_a_usage_error_of_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for host, port in (("127.0.0.1", taken.getsockname()[1]), ("203.0.113.1", 0)):
            with pytest.raises(UsageError, match="cannot listen on") as raised:
                serve(City(10), host=host, port=port)
            assert "\n" not in str(raised.value)


def test_a_port_is_free_again_at_once() -> None:
    with serving(City(10)) as server:
        port = server.port
        httpx.get(server.url + "services.json")
    with serving(Replay([]), port=port) as again:
        assert httpx.get(again.url + "requests.json").json() == []
