#!/usr/bin/env python3
"""Visitors of the API in greater number than it can serve, until SECONDS have passed or all of them have asked.
usage: overload.py REQUESTS_PER_SECOND SECONDS MS   (inside the test host; each asks /api/slow/?ms=MS once and gives up after 4 s)
The address is the loopback's and cannot be given. Writes at the end: asked answered given_up"""
import concurrent.futures, http.client, sys, time

rate, seconds, ms = float(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
if not (0 < rate <= 200 and 0 < seconds <= 600):
    sys.exit("at most 200 requests a second for at most 600 s")
GIVES_UP_AFTER = 4


def ask():
    visitor = http.client.HTTPConnection("127.0.0.1", 80, timeout=GIVES_UP_AFTER)
    try:
        visitor.request("GET", f"/api/slow/?ms={ms}")
        return visitor.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        visitor.close()


began = time.monotonic()
with concurrent.futures.ThreadPoolExecutor(max_workers=int(rate * GIVES_UP_AFTER) + 1) as visitors:
    asked = []
    for number in range(int(rate * seconds)):
        ahead = began + number / rate - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
        if time.monotonic() - began > seconds:
            break
        asked.append(visitors.submit(ask))
answered = sum(one.result() for one in asked)
print(len(asked), answered, len(asked) - answered)
