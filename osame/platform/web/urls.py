"""どのシステムにもあるアドレス。"""

from django.urls import URLPattern, URLResolver

floor_urls: list[URLPattern | URLResolver] = []
