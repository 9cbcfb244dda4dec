import os
import threading
import time
from django.db import connection
from django.http import JsonResponse, StreamingHttpResponse
from django.urls import path
never_released = threading.Lock()
never_released.acquire()
def health(request):
    with connection.cursor() as c:
        c.execute("select count(*) from auth_user")
        n = c.fetchone()[0]
    return JsonResponse({"status": "ok", "users": n})
def lessons(request):
    with connection.cursor() as c:
        c.execute("select count(*) from django_content_type")
        return JsonResponse({"lessons": c.fetchone()[0]})
def slow(request):
    ms = min(int(request.GET.get("ms", "200")), 5000)
    time.sleep(ms / 1000)
    return JsonResponse({"ms": ms})
def block(request):
    def tell_the_pid_then_wait_for_ever():
        yield b"%d\n" % os.getpid()
        never_released.acquire()
    return StreamingHttpResponse(tell_the_pid_then_wait_for_ever(), content_type="text/plain")
urlpatterns = [
    path("api/health/", health),
    path("api/lessons/", lessons),
    path("api/slow/", slow),
    path("api/block/", block),
]
