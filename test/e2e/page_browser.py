#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Looks at the page of a running sipsteerd with a browser, and compares it with the API.

Screenshots (page-*.png) go to the directory that is named. Output: "ok - ..." and "not ok - ..." lines.
Exit code: 0 all ok, 1 not.
"""

import argparse
import http.client
import json
import os
import pathlib
import signal
import sys
import time

from one_frame import capture_of
from page_webdriver import Browser, Forwarder

ROWS = """return [...document.querySelectorAll('#pools tbody tr')].map((row) =>
    [row.children[0].children[0], row.children[1].children[0], row.children[2].children[0]].map((e) => e.textContent))"""
ADMIN_WORDS = {"draining": "draining", "disabled": "disabled"}


class PageTest:
    def __init__(self, browser, forwarder, options):
        self.browser = browser
        self.port = forwarder.port
        self.options = options
        self.failed = 0

    def check(self, what, is_true, *details):
        print(("ok - " if is_true else "not ok - ") + what, flush=True)
        if not is_true:
            self.failed += 1
            for detail in details:
                print(f"#   {detail}")

    def becomes(self, what, script, seconds=8):
        """Whether a script's return becomes true in time."""
        deadline = time.monotonic() + seconds
        while not (seen := self.browser.run(script)) and time.monotonic() < deadline:
            time.sleep(0.1)
        self.check(what, seen, script, self.browser.run("return document.querySelector('main').innerText")[:1500])

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer, answer.read()

    def status(self):
        return json.loads(self.get("/v1/status")[1])

    def headers(self):
        answer, _ = self.get("/")
        policy = answer.getheader("Content-Security-Policy")
        self.check("the page allows scripts of its own only", "script-src 'self';" in policy and "unsafe" not in policy)
        self.check("its type is not guessed", answer.getheader("X-Content-Type-Options") == "nosniff")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", "/", headers={"If-None-Match": answer.getheader("ETag")})
        self.check("a page that is known is not sent again", connection.getresponse().status == 304)
        _, licence = self.get("/page/chart.licence.txt")
        self.check("the charting library comes with its licence", b"Expat" in licence or b"MIT" in licence)

    def shows_the_farm(self):
        self.browser.command("POST", "/url", {"url": f"http://127.0.0.1:{self.port}/"})
        self.becomes("the farm is there", "return document.querySelectorAll('#pools tbody tr').length === 4")
        status = self.status()
        expected = [
            [server["name"], server["health"], ADMIN_WORDS.get(server["admin"], "taken" if server["takes_new"] else "not taken")]
            for pool in status["pools"] for server in pool["servers"]
        ]
        seen = self.browser.run(ROWS)
        self.check("servers are as the API says", seen == expected, seen, expected)
        services = self.browser.run("return document.querySelector('#services tbody').innerText")
        service = status["services"][0]
        self.check("so is the service", service["name"] in services and f"{service['address']}" in services, services)
        macs = [server["next_hop"]["mac"] for pool in status["pools"] for server in pool["servers"]]
        text = self.browser.run("return document.querySelector('#pools').innerText")
        self.check("next hops are there", all(mac in text for mac in macs), text)
        self.becomes("calls and rates are counted", """return [2, 3, 4].every((place) =>
            Number(document.querySelectorAll('#summary .value')[place].textContent.replaceAll(',', '')) > 0)""")
        self.becomes("charts are drawn", "return document.querySelectorAll('#chart-list canvas').length === 3")
        self.becomes("events are listed, and live", """return document.querySelectorAll('#events li').length > 3
            && document.querySelector('#events-note').textContent === 'Live'""")

    def asks_at_leisure(self):
        """Nothing from elsewhere; the status once in two seconds, never while hidden."""
        self.browser.run("performance.clearResourceTimings()")
        time.sleep(6)
        names = self.browser.run("return performance.getEntriesByType('resource').map((entry) => entry.name)")
        count = sum(name.endswith("/v1/status") for name in names)
        self.check("the status is asked for every two seconds", 2 <= count <= 4, names)
        origin = f"http://127.0.0.1:{self.port}/"
        loaded = self.browser.run("return [...document.querySelectorAll('[src],link')].map((e) => e.src || e.href)")
        self.check("nothing comes from elsewhere", all(name.startswith(origin) for name in names + loaded), names, loaded)

    def drains(self):
        button = "#pools tbody tr:nth-child(2) button"
        self.browser.keys(button, "\ue007")  # Enter: by the keyboard
        self.becomes("draining asks first", """return document.querySelector('#confirm').open
            && !document.querySelector('#confirm-yes').disabled""")
        self.check("nothing is done yet", self.status()["pools"][0]["servers"][1]["admin"] == "enabled")
        self.browser.screenshot(self.options.directory / "page-confirm.png")
        self.browser.keys("#confirm-yes", "\ue007")
        self.becomes("the page shows it draining", f"return ({ROWS.removeprefix('return ')})[1][2] === 'draining'")
        self.check("it is draining", self.status()["pools"][0]["servers"][1]["admin"] == "draining")
        self.becomes("the event comes by the stream", "return /drain started/.test(document.querySelector('#events').innerText)")

    def enables(self):
        self.browser.keys("#pools tbody tr:nth-child(2) button", "\ue007")
        self.becomes("enabling asks, too", "return !document.querySelector('#confirm-yes').disabled")
        self.browser.keys("#confirm-yes", "\ue007")
        self.becomes("the server takes new calls again", f"return ({ROWS.removeprefix('return ')})[1][2] === 'taken'")

    def ban(self, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("POST", "/v1/bans", json.dumps(body), {"Content-Type": "application/json"})
        return connection.getresponse().status

    def bans(self):
        self.check("without a ban there is no list", self.browser.run("return document.querySelector('#bans').hidden"))
        for body in ({"prefix": "203.0.113.0/24", "comment": "<b>a scanner</b>", "for": "1h"},
                     {"prefix": "2001:db8:77::/48", "service": self.status()["services"][0]["name"]}):
            self.check(f"a ban of {body['prefix']}", self.ban(body) == 201)
        rows = "[...document.querySelectorAll('#ban-list tbody tr')].map((row) => row.innerText)"
        self.becomes("the page lists both", f"return {rows}.length === 2")
        seen = "\n".join(self.browser.run(f"return {rows}"))
        self.check("with their comment, service and end", all(
            word in seen for word in ("203.0.113.0/24", "<b>a scanner</b>", "all", "sip", "lifted")), seen)
        button = "#ban-list tbody tr[data-key$='2001:db8:77::/48'] button"
        self.with_role("read-only")
        self.becomes("a token for reading is offered no unban", f'return document.querySelector("{button}").disabled')
        self.with_role("admin")
        self.becomes("one for everything is", f'return !document.querySelector("{button}").disabled')
        self.browser.keys(button, "\ue007")
        self.becomes("unbanning asks first", "return document.querySelector('#confirm').open")
        self.check("nothing is done yet", self.status()["guard"]["bans"] == 2)
        self.browser.keys("#confirm-yes", "\ue007")
        self.becomes("the ban is off the list", f"return {rows}.length === 1")
        self.check("and lifted", self.status()["guard"]["bans"] == 1)

    def explains(self):
        self.browser.keys("#call-id", self.options.call_id + "\ue007")
        self.becomes("a call is explained", "return document.querySelectorAll('#explanation .answer').length === 1")
        answer = json.loads(self.get("/v1/calls/" + self.options.call_id)[1])["pools"][0]
        text = self.browser.run("return document.querySelector('#explanation').innerText")
        self.check("in the API's words", answer["reason"].split(",")[0][:30] in text and answer["call"]["server"] in text, text, answer)

    def explains_a_datagram(self):
        file = self.options.directory / "datagram"
        file.write_bytes(
            b"INVITE sip:b@example.com SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@h>;tag=1\r\n"
            b"To: <sip:b@h>\r\nCall-ID: from-a-file\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n"
        )
        self.browser.keys("#datagram", str(file))
        self.becomes("so is a datagram from a file", "return document.querySelector('#explanation').innerText.includes('from-a-file')")

    def explains_a_capture(self):
        service = self.status()["services"][0]
        if ":" in service["address"]:
            return
        file = self.options.directory / "capture.pcap"
        message = b"INVITE sip:b@example.com SIP/2.0\r\nCall-ID: from-a-capture\r\n\r\n"
        file.write_bytes(capture_of(service["address"], service["port"], message))
        self.browser.keys("#datagram", str(file))
        self.becomes("a capture is explained, datagram by datagram", """
            const all = document.querySelectorAll('#explanation details.datagram > summary');
            return all.length === 1 && /^Frame 1, .*from-a-capture/.test(all[0].innerText)""")

    def refuses_a_large_capture(self):
        file = self.options.directory / "large.pcap"
        file.write_bytes(capture_of("192.0.2.9", 5060, b"x") + bytes(1024 * 1024))
        self.browser.run("performance.clearResourceTimings()")
        self.browser.keys("#datagram", str(file))
        self.becomes("of a capture that is too large the limit is said, and what takes it", """
            return /1.0 MiB; the daemon accepts 1 MiB.*sipsteer explain --pcap/.test(document.querySelector('#explanation').innerText)""")
        names = self.browser.run("return performance.getEntriesByType('resource').map((entry) => entry.name)")
        self.check("and it is not sent", not any("/v1/explain" in name for name in names), names)

    def says_why_it_is_refused(self):
        """A 403 in the API's words; the token is asked for where it was about that."""
        for challenge, asked in (("", False), ("'WWW-Authenticate': 'Bearer'", True)):
            self.browser.run("""window.realFetch ??= window.fetch;
                window.fetch = (target, options) => options.method === 'PATCH'
                    ? Promise.resolve(new Response('{"detail": "it is not to be"}', { status: 403, headers: { %s } }))
                    : window.realFetch(target, options);""" % challenge)
            self.browser.keys("#pools tbody tr:nth-child(2) button", "\ue007")
            self.becomes("draining asks again", "return !document.querySelector('#confirm-yes').disabled")
            self.browser.keys("#confirm-yes", "\ue007")
            self.becomes("a refusal is in the API's words", """
                return /it is not to be/.test(document.querySelector('#confirm-problem').textContent)""")
            is_open = self.browser.run("return document.querySelector('#access').open")
            self.check(f"a token is {'' if asked else 'not '}asked for", is_open == asked)
            self.browser.run("""document.querySelector('#access').close(); document.querySelector('#confirm').close();
                window.fetch = window.realFetch;""")

    def with_role(self, role):
        """As if the API said so; the page asks whenever the token has changed."""
        self.browser.run("""window.realFetch ??= window.fetch;
            window.fetch = (target, options) => target === '/v1'
                ? Promise.resolve(new Response('{"role": "%s"}')) : window.realFetch(target, options);
            document.querySelector('#access-form').requestSubmit();""" % role)

    def offers_what_the_token_allows(self):
        buttons = "[...document.querySelectorAll('#pools tbody button')]"
        self.with_role("read-only")
        self.becomes("a token for reading is offered no change", f"return {buttons}.every((one) => one.disabled)")
        self.with_role("admin")
        self.becomes("one for everything is", f"return {buttons}.every((one) => !one.disabled)")

    def pictures(self):
        for scheme in ("light", "dark"):
            for name, width, height in (("wide", 1440, 1650), ("narrow", 390, 3900)):
                self.browser.dress(width, height, scheme)
                time.sleep(0.5)
                self.browser.screenshot(self.options.directory / f"page-{name}-{scheme}.png")
                fits = self.browser.run("return document.documentElement.scrollWidth <= window.innerWidth")
                self.check(f"nothing is wider than a {name} screen ({scheme})", fits)
        if self.options.picture:
            self.browser.dress(1280, 900, "light")
            time.sleep(0.5)
            self.browser.screenshot(self.options.picture)
        self.browser.dress(1440, 1650, "light")

    def daemon_gone(self):
        """As long as it is stopped, nobody answers; what the page logs then is no fault of it."""
        self.check("the console has no errors", not (errors := self.browser.console_errors()), *errors)
        os.kill(self.options.pid, signal.SIGSTOP)
        try:
            self.becomes("a daemon that is silent is told of, and since when",
                         "return /does not answer.*is from/.test(document.querySelector('#trouble').textContent)", 12)
            self.browser.screenshot(self.options.directory / "page-gone.png")
        finally:
            os.kill(self.options.pid, signal.SIGCONT)
        self.becomes("and its return is noticed", "return document.querySelector('#trouble').hidden")

    def run(self):
        self.headers()
        self.browser.dress(1440, 1650, "light")
        self.shows_the_farm()
        self.drains()
        self.bans()
        self.explains()
        self.asks_at_leisure()
        self.pictures()
        self.enables()
        self.explains_a_datagram()
        self.explains_a_capture()
        self.refuses_a_large_capture()
        self.says_why_it_is_refused()
        self.offers_what_the_token_allows()
        self.daemon_gone()
        return 1 if self.failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--socket", required=True, help="the daemon's API socket")
    parser.add_argument("--pid", required=True, type=int, help="the daemon")
    parser.add_argument("--call-id", required=True, help="of a call in its table")
    parser.add_argument("--directory", required=True, type=pathlib.Path, help="for screenshots")
    parser.add_argument("--picture", help="a screenshot for the README")
    options = parser.parse_args()
    with Browser() as browser:
        return PageTest(browser, Forwarder(options.socket), options).run()


if __name__ == "__main__":
    sys.exit(main())
