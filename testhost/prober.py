#!/usr/bin/env python3
"""Asks each URL of the site every INTERVAL_MS over a new connection, as visitors do, until standard input ends.
usage: prober.py INTERVAL_MS PATIENCE_S URL...   (inside the test host)
Failed: a status other than 200, an empty or cut body, an asset answered with text/html, a page without id="root", no answer in PATIENCE_S.
Writes at each change of a URL's state, every 100 ms and at the end:
URL_INDEX last_ok_start first_failed_start last_failed_end requests failed REASON   (0 for what has not been)"""
import os, socket, sys, threading, time

step = float(sys.argv[1]) / 1000
patience = float(sys.argv[2])
ended = threading.Event()
lock = threading.Lock()


def ask(url):
    """Why this answer is a failure, or nothing."""
    head, body = b"", b""
    try:
        with socket.create_connection(("127.0.0.1", 80), timeout=patience) as c:
            c.sendall(b"GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n" % url.encode())
            answer = b""
            while part := c.recv(65536):
                answer += part
        head, _, body = answer.partition(b"\r\n\r\n")
    except OSError as e:
        return type(e).__name__
    lines = head.lower().split(b"\r\n")
    status = lines[0].split(b" ")[1:2]
    if status != [b"200"]:
        return "status_" + (status[0].decode("latin1") if status else "none")
    headers = dict(line.split(b": ", 1) for line in lines[1:] if b": " in line)
    if not body:
        return "empty"
    if int(headers.get(b"content-length", len(body))) != len(body):
        return "cut"
    page = url.endswith(("/", ".html")) and not url.startswith("/api/")
    if page and b'id="root"' not in body:
        return "no_root"
    if not page and headers.get(b"content-type", b"").startswith(b"text/html"):
        return "text_html"
    return ""


def watch(index, url):
    last_ok = first_failed = last_failed = told = 0.0
    requests = failed = 0
    reason, before = "none", None
    while not ended.is_set():
        start = time.time()
        why = ask(url)
        end = time.time()
        requests += 1
        if why:
            failed += 1
            first_failed, last_failed, reason = first_failed or start, end, why
        else:
            last_ok = start
        if bool(why) != before or end - told >= 0.1:
            before, told = bool(why), end
            tell(index, last_ok, first_failed, last_failed, requests, failed, reason)
        ended.wait(max(0.0, start + step - time.time()))
    tell(index, last_ok, first_failed, last_failed, requests, failed, reason)


def tell(index, last_ok, first_failed, last_failed, requests, failed, reason):
    with lock:
        print(f"{index} {last_ok:.6f} {first_failed:.6f} {last_failed:.6f} {requests} {failed} {reason}", flush=True)


threads = [threading.Thread(target=watch, args=pair) for pair in enumerate(sys.argv[3:])]
for t in threads:
    t.start()
while os.read(0, 1024):
    pass
ended.set()
for t in threads:
    t.join()
