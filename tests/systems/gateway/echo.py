"""The plainest answer there is: reads the request, answers with as many rows. For comparison only."""

import json


def application(environ, start):
    rows = json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))["rows"]
    told = [{"処理結果": "00", "レコード識別番号": each["レコード識別番号"]} for each in rows]
    body = json.dumps({"rows": told}).encode()
    start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
