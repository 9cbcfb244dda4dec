import time
from django.db import connection
from django.http import JsonResponse
from django.urls import path
def health(request):
    with connection.cursor() as c:
        c.execute("select count(*) from auth_user")
        n = c.fetchone()[0]
    return JsonResponse({"status": "ok", "users": n})
def lessons(request):
    with connection.cursor() as c:
        c.execute("select count(*) from django_content_type")
        return JsonResponse({"lessons": c.fetchone()[0]})
urlpatterns = [path("api/health/", health), path("api/lessons/", lessons)]
