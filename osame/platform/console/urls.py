"""画面の枠のアドレス。"""

from django.urls import URLPattern, URLResolver, path

from osame.platform.console import web

console_urls: list[URLPattern | URLResolver] = [
    path("console/purpose/", web.choose_purpose, name="choose_purpose"),
    path("console/drafts/<str:form_key>/", web.draft, name="draft"),
    path("console/keys/", web.keys, name="keys"),
]
