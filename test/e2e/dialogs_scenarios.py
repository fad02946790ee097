#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the SIPp scenarios of dialogs.sh, DIR/NAME_ROLE.xml: what a caller, a phone, another phone and a B2BUA
say in each kind of call. DIR/expected: "NAME COUNT" a line, how many messages the phones send to the VIP in one
call."""

import pathlib
import re
import sys

T1 = 20000  # ms until SIPp sends a message again: only if one was lost

CALLER = "<sip:caller@[local_ip]:[local_port]>"
SELF = "<sip:phone@[local_ip]:[local_port]>"
VIP = "[remote_ip]:[remote_port]"  # of a caller, which SIPp is told where to send
SDP = """Content-Type: application/sdp
Content-Length: [len]

v=0
o=- [pid] [call_number] IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0"""
EMPTY = "Content-Length: 0"


# --- steps ------------------------------------------------------------------------------------------

def send(*lines, again=False):
    """A message to send; again: until it is answered."""
    text = "\n".join(line for line in lines if line)
    flags = f' retrans="{T1}"' if again else ""
    return f"<send{flags}><![CDATA[\n\n{text}\n\n]]></send>"


def receive(kind, optional=False, keep=(), routes=False):
    """A message to wait for: a code or a method. keep: (header, variable) pairs, the headers' values."""
    what = f'response="{kind}"' if kind[0].isdigit() else f'request="{kind}"'
    flags = (' optional="true"' if optional else "") + (' rrs="true"' if routes else "")
    flags += ' auth="true"' if kind in ("401", "407") else ""
    kept = "".join(f'<ereg regexp=".+" search_in="hdr" header="{header}:" assign_to="{variable}"/>'
                   for header, variable in keep)
    return f"<recv {what}{flags}>{f'<action>{kept}</action>' if kept else ''}</recv>"


def pause(milliseconds):
    return f'<pause milliseconds="{milliseconds}"/>'


def send_to(host, port):
    """What follows goes there."""
    return f'<nop><action><setdest host="{host}" port="{port}" protocol="udp"/></action></nop>'


# --- what a caller says -----------------------------------------------------------------------------

def asks(method, user, number, attempt=1, body=EMPTY, extra=()):
    """A request outside of a dialog, or one of its attempt: CANCEL, the ACK of a failure."""
    failed = method == "ACK"
    return send(
        f"{method} sip:{user}@{VIP} SIP/2.0",
        f"Via: SIP/2.0/UDP [local_ip]:[local_port];branch=z9hG4bK-[pid]-[call_number]-{attempt}",
        "Max-Forwards: 70",
        f"From: {CALLER};tag=[pid]c[call_number]",
        f"To: <sip:callee@{VIP}>{'[peer_tag_param]' if failed else ''}",
        "Call-ID: [call_id]",
        f"CSeq: {number} {method}",
        f"Contact: {CALLER}",
        *extra, body, again=not failed)


def says(method, number, extra=(), target="[next_url]", to=f"To: <sip:callee@{VIP}>[peer_tag_param]"):
    """A request in the dialog, along its route."""
    return send(
        f"{method} {target} SIP/2.0",
        "Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]",
        "[routes]",
        "Max-Forwards: 70",
        f"From: {CALLER};tag=[pid]c[call_number]",
        to,
        "Call-ID: [call_id]",
        f"CSeq: {number} {method}",
        f"Contact: {CALLER}",
        *extra, EMPTY, again=method != "ACK")


def invites(user, number=1, attempt=1, extra=()):
    return asks("INVITE", user, number, attempt, SDP, extra) + receive("100", optional=True)


def hangs_up(number=2):
    return says("BYE", number) + receive("200")


# --- what any phone says ----------------------------------------------------------------------------

def answers(status, tag="", body=EMPTY, extra=()):
    """An answer to the latest message. tag: that of To, if the request has none."""
    return send(
        f"SIP/2.0 {status}", "[last_Via:]", "[last_Record-Route:]", "[last_From:]", f"[last_To:]{tag}",
        "[last_Call-ID:]", "[last_CSeq:]", f"Contact: {SELF}", *extra, body)


def is_told(method):
    return receive(method) + answers("200 OK")


# --- what a phone says ------------------------------------------------------------------------------

TAG = ";tag=[pid]p[call_number]"
# The INVITE's headers, for what comes after other messages.
FIRST = (("Via", "via"), ("From", "caller"), ("To", "callee"), ("CSeq", "number"), ("Call-ID", "id"))


def is_called(method="INVITE"):
    return receive(method, keep=(*FIRST, ("Record-Route", "route")), routes=True)


def answers_first(status, body=EMPTY, route="Record-Route:[$route]", contact=SELF, again=True):
    """An answer to the first request, whatever has come since."""
    return send(
        f"SIP/2.0 {status}", "Via:[$via]", route, "From:[$caller]", f"To:[$callee]{TAG}", "Call-ID:[$id]",
        "CSeq:[$number]", f"Contact: {contact}", body, again=again)


def picks_up(route="Record-Route:[$route]"):
    return answers_first("200 OK", SDP, route) + receive("ACK")


def says_back(method, number, extra=()):
    """A request in the dialog, of the one who was called."""
    return send(
        f"{method} [next_url] SIP/2.0",
        "Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]",
        "[routes]",
        "Max-Forwards: 70",
        f"From:[$callee]{TAG}", "To:[$caller]", "Call-ID:[$id]",
        f"CSeq: {number} {method}",
        f"Contact: {SELF}",
        *extra, EMPTY, again=True) + receive("200")


RINGS = answers("180 Ringing", TAG)
ANSWERS = is_called() + RINGS + pause(100) + picks_up()
IS_BUSY = is_called() + answers_first("486 Busy Here") + receive("ACK")
IS_CANCELLED = is_told("CANCEL") + answers_first("487 Request Terminated") + receive("ACK")


def in_own_call(name, method, number, to, *rest):
    """A request of a call that a phone makes to [$target], with a Call-ID of its own, by way of the VIP."""
    return send(
        f"{method} [$target] SIP/2.0",
        f"Via: SIP/2.0/UDP [local_ip]:[local_port];branch=z9hG4bK-{name}{method}-[pid]-[call_number]",
        "Max-Forwards: 70", "Route: <sip:[vip]:5060;lr>",
        f"From: {SELF};tag={name}[call_number]", to, f"Call-ID: {name}///[call_id]",
        f"CSeq: {number} {method}", f"Contact: {SELF}", *rest, again=method != "ACK")


def calls(name, target, extra=()):
    return (f'<nop><action><assignstr assign_to="target" value="{target}"/></action></nop>'
            + in_own_call(name, "INVITE", 1, f"To: <{target}>", *extra, SDP)
            + receive("100", optional=True) + receive("180", optional=True) + receive("200", keep=(("To", "peer"),))
            + in_own_call(name, "ACK", 1, "To:[$peer]", EMPTY))


def ends_own_call(name):
    return in_own_call(name, "BYE", 2, "To:[$peer]", EMPTY) + receive("200")


# --- what a B2BUA says ------------------------------------------------------------------------------

B2BUA = "<sip:b2bua@[vip]:5080>"
PHONE = "sip:phone@[phone]:5060"


def calls_phone(call_id, sent_by):
    """The second leg, up to its answer."""
    def request(method, to, *rest):
        return send(
            f"{method} {PHONE} SIP/2.0",
            f"Via: SIP/2.0/UDP {sent_by}:5080;branch=z9hG4bK-{method}-[pid]-[call_number]",
            "Max-Forwards: 70", f"From: {B2BUA};tag=[pid]b[call_number]", to, f"Call-ID: {call_id}",
            f"CSeq: {2 if method == 'BYE' else 1} {method}", f"Contact: {B2BUA}", *rest, again=method != "ACK")
    return request


def back_to_back(call_id, sent_by, phone_hangs_up):
    """Between a caller and a phone, with a dialog with each."""
    first = {"route": "", "contact": B2BUA}
    to_caller, to_phone = send_to("[caller_host]", 5060), send_to("[phone_host]", 5060)
    leg = calls_phone(call_id, sent_by)
    yield (receive("INVITE", keep=FIRST) + answers_first("100 Trying", **first, again=False)
           + to_phone + leg("INVITE", f"To: <{PHONE}>", SDP) + receive("180")
           + to_caller + answers_first("180 Ringing", **first, again=False) + receive("200", keep=(("To", "peer"),))
           + to_phone + leg("ACK", "To:[$peer]", EMPTY)
           + to_caller + answers_first("200 OK", SDP, **first) + receive("ACK"))
    if phone_hangs_up:
        yield receive("BYE") + to_phone + answers("200 OK") + to_caller + send(
            "BYE sip:caller@[caller]:5060 SIP/2.0",
            "Via: SIP/2.0/UDP [vip]:5080;branch=[branch]", "Max-Forwards: 70", f"From:[$callee]{TAG}", "To:[$caller]",
            "Call-ID:[$id]", "CSeq: 1 BYE", EMPTY, again=True) + receive("200")
    else:
        yield receive("BYE") + answers("200 OK") + to_phone + leg("BYE", "To:[$peer]", EMPTY) + receive("200")


# --- the calls --------------------------------------------------------------------------------------

def fork():
    """Both phones ring. One picks up and hangs up, the other is cancelled."""
    yield "caller", (invites("everybody") + receive("180") + receive("180", optional=True)
                     + receive("200", routes=True)
                     + says("ACK", 1) + is_told("BYE"))
    yield "phone", is_called() + RINGS + pause(400) + picks_up() + pause(100) + says_back("BYE", 1)
    yield "other", is_called() + RINGS + IS_CANCELLED


def fork_baresip():
    """The same, and the phone that is cancelled is baresip. What it says is counted by what a phone says."""
    for role, steps in fork():
        yield "baresip" if role == "other" else role, steps


def fork_both():
    """Both phones pick up. The caller hangs up the second one, and talks to the first one for a while."""
    second = {"target": "sip:phone@[phone]:5070", "to": "To:[$second]"}
    yield "caller", (invites("everybody") + receive("180") + receive("180", optional=True)
                     + receive("200", routes=True) + says("ACK", 1) + receive("200", keep=(("To", "second"),))
                     + says("ACK", 1, **second) + says("BYE", 2, **second) + receive("200") + is_told("BYE"))
    yield "phone", is_called() + RINGS + pause(400) + picks_up() + pause(8000) + says_back("BYE", 1)
    yield "other", is_called() + RINGS + is_told("CANCEL") + picks_up() + is_told("BYE")


def fork_busy():
    """Both phones are busy."""
    yield "caller", invites("everybody") + receive("486") + asks("ACK", "everybody", 1)
    yield "phone", IS_BUSY
    yield "other", IS_BUSY


def fork_cancelled():
    """Both phones ring, and the caller gives up."""
    yield "caller", (invites("everybody") + receive("180") + asks("CANCEL", "everybody", 1)
                     + receive("180", optional=True) + receive("200") + receive("180", optional=True)
                     + receive("487") + asks("ACK", "everybody", 1))
    yield "phone", is_called() + RINGS + IS_CANCELLED
    yield "other", is_called() + RINGS + IS_CANCELLED


RELIABLY = answers("183 Session Progress", TAG, SDP, ("Require: 100rel", "RSeq: 1"))


def prack():
    """A provisional answer is acknowledged, then the phone picks up."""
    yield "caller", (invites("phone", extra=("Supported: 100rel",)) + receive("183", routes=True)
                     + says("PRACK", 2, ("RAck: 1 1 INVITE",)) + receive("200") + receive("200", routes=True)
                     + says("ACK", 1) + pause(100) + hangs_up(3))
    yield "phone", is_called() + RELIABLY + is_told("PRACK") + picks_up() + is_told("BYE")


def prack_cancelled():
    """A provisional answer is acknowledged, then the caller gives up."""
    yield "caller", (invites("phone", extra=("Supported: 100rel",)) + receive("183", routes=True)
                     + says("PRACK", 2, ("RAck: 1 1 INVITE",)) + receive("200")
                     + asks("CANCEL", "phone", 1) + receive("200") + receive("487") + asks("ACK", "phone", 1))
    yield "phone", is_called() + RELIABLY + is_told("PRACK") + IS_CANCELLED


def busy():
    yield "caller", invites("phone") + receive("486") + asks("ACK", "phone", 1)
    yield "phone", IS_BUSY


def cancelled():
    yield "caller", (invites("phone") + receive("180") + asks("CANCEL", "phone", 1) + receive("200")
                     + receive("487") + asks("ACK", "phone", 1))
    yield "phone", is_called() + RINGS + IS_CANCELLED


def redirected():
    """The caller goes on where it is sent, with the same Call-ID."""
    yield "caller", (invites("moved") + receive("302") + asks("ACK", "moved", 1) + invites("phone", 2, 2)
                     + receive("180") + receive("200", routes=True) + says("ACK", 2) + hangs_up(3))
    yield "phone", ANSWERS + is_told("BYE")


CREDENTIALS = ("[authentication username=caller password=open-sesame]",)


def challenged():
    yield "caller", (invites("guarded") + receive("407") + asks("ACK", "guarded", 1)
                     + invites("guarded", 2, 2, CREDENTIALS) + receive("180") + receive("200", routes=True)
                     + says("ACK", 2) + hangs_up(3))
    yield "phone", ANSWERS + is_told("BYE")


def notifies(number, event, state):
    return says_back("NOTIFY", number, (f"Event: {event}", f"Subscription-State: {state}"))


def refer():
    """The phone is sent to somebody else. It calls there, and says what becomes of that."""
    yield "caller", (invites("phone") + receive("180") + receive("200", routes=True) + says("ACK", 1)
                     + says("REFER", 2, (f"Refer-To: <sip:other@{VIP}>",)) + receive("202")
                     + is_told("NOTIFY") + is_told("NOTIFY") + hangs_up(3))
    yield "phone", (ANSWERS + receive("REFER") + answers("202 Accepted")
                    + notifies(1, "refer", "active;expires=60") + calls("referred", "sip:other@[local_ip]:5070")
                    + notifies(2, "refer", "terminated;reason=noresource") + is_told("BYE")
                    + ends_own_call("referred"))
    yield "other", ANSWERS + is_told("BYE")


def replaces():
    """A call takes the place of another one. It is for the server that has that one."""
    replaced = "Replaces: [call_id];to-tag=[$caller_tag];from-tag=[pid]p[call_number]"
    yield "caller", (invites("phone") + receive("180") + receive("200", routes=True) + says("ACK", 1)
                     + receive("INVITE") + answers("200 OK", ";tag=[pid]r[call_number]", SDP) + receive("ACK")
                     + hangs_up() + is_told("BYE"))
    yield "phone", (ANSWERS.replace("<action>", f"<action>{CALLER_TAG}", 1)
                    + calls("replacing", "sip:caller@[caller]:5060", (replaced,))
                    + is_told("BYE") + ends_own_call("replacing"))


CALLER_TAG = '<ereg regexp="tag=([^;]+)" search_in="hdr" header="From:" assign_to="caller_tag_parameter,caller_tag"/>'


def presence():
    """A subscription, its notifications, its end."""
    yield "caller", (asks("SUBSCRIBE", "phone", 1, extra=("Event: presence", "Expires: 60"))
                     + receive("200", routes=True) + is_told("NOTIFY") + is_told("NOTIFY")
                     + says("SUBSCRIBE", 2, ("Event: presence", "Expires: 0")) + receive("200") + is_told("NOTIFY"))
    yield "phone", (is_called("SUBSCRIBE") + answers("200 OK", TAG, extra=("Expires: 60",))
                    + notifies(1, "presence", "active;expires=60") + pause(100)
                    + notifies(2, "presence", "active;expires=60")
                    + receive("SUBSCRIBE") + answers("200 OK", extra=("Expires: 0",))
                    + notifies(3, "presence", "terminated;reason=timeout"))


PICKS_UP_UNROUTED = is_called() + RINGS + pause(100) + picks_up(route="")


def b2bua():
    """A B2BUA with one Call-ID on both legs, as all it sends comes from the VIP. The phone hangs up."""
    yield "caller", (invites("phone") + receive("180") + receive("200", routes=True) + says("ACK", 1)
                     + is_told("BYE"))
    yield "phone", PICKS_UP_UNROUTED + pause(100) + says_back("BYE", 1)
    yield "server", "".join(back_to_back("[call_id]", "[vip]", phone_hangs_up=True))


def b2bua_own_id():
    """A B2BUA with a Call-ID of its own on its leg. Its Via names its own address. The caller hangs up."""
    yield "caller", (invites("phone") + receive("180") + receive("200", routes=True) + says("ACK", 1) + pause(100)
                     + hangs_up())
    yield "phone", PICKS_UP_UNROUTED + is_told("BYE")
    yield "server", "".join(back_to_back("leg///[call_id]", "[own]", phone_hangs_up=False))


def b2bua_own_id_hung_up():
    """The same, but the phone hangs up. Its BYE has to find the server that its answers found."""
    yield "caller", (invites("phone") + receive("180") + receive("200", routes=True) + says("ACK", 1)
                     + is_told("BYE"))
    yield "phone", PICKS_UP_UNROUTED + pause(100) + says_back("BYE", 1)
    yield "server", "".join(back_to_back("leg///[call_id]", "[own]", phone_hangs_up=True))


# --- files ------------------------------------------------------------------------------------------

CALLS = (fork, fork_baresip, fork_both, fork_busy, fork_cancelled, prack, prack_cancelled, busy, cancelled,
         redirected, challenged, refer, replaces, presence, b2bua, b2bua_own_id,
         b2bua_own_id_hung_up)


# What dialogs_phone.py sends.
PHONES = "registered 3\nkeep_alives 4\n"


def scenario(name, steps):
    """The text of a file. SIPp refuses a variable that nothing uses, but for those named as references."""
    assigned = re.findall(r'assign_to="([^"]+)"', steps)
    used = sorted({name for names in assigned for name in names.split(",")})
    reference = f'<Reference variables="{",".join(used)}"/>' if used else ""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<scenario name="{name}">{steps}{reference}</scenario>\n'


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: dialogs_scenarios.py DIRECTORY")
    directory = pathlib.Path(sys.argv[1])
    expected = ""
    for call in CALLS:
        name, to_the_vip = call.__name__, 0
        for role, steps in call():
            (directory / f"{name}_{role}.xml").write_text(scenario(name, steps))
            to_the_vip += steps.count("<send") if role != "server" else 0
        expected += f"{name} {to_the_vip}\n"
    (directory / "expected").write_text(expected + PHONES)


if __name__ == "__main__":
    main()
