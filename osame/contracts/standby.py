"""副系。一つの相手の住所を二つ以上書けば、つながらないときに、次の住所へ切り替える。

Only a connection that could not be made moves on: nothing has been sent then, so nothing can be done twice. What is signed names the
peer and the path, not the host, so a request is the same request at either address.
"""

import httpx


class FirstThatConnects(httpx.BaseTransport):
    """つながる住所へ送る。切り替えたら、そこがつながらなくなるまで、そこへ送り続ける。"""

    def __init__(self, addresses: list[str]) -> None:
        self._addresses = [httpx.URL(each) for each in addresses]
        self._inner = httpx.HTTPTransport(trust_env=False)
        self._using = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """いまの住所から順に、つながるまで試す。"""
        last = len(self._addresses) - 1
        for turn in range(last + 1):
            at = (self._using + turn) % (last + 1)
            try:
                answer = self._inner.handle_request(self._moved(request, self._addresses[at]))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                if turn == last:
                    raise
                continue
            self._using = at
            return answer
        raise AssertionError("no address")

    def _moved(self, request: httpx.Request, to: httpx.URL) -> httpx.Request:
        """同じ求めを、その住所へ。"""
        url = request.url.copy_with(scheme=to.scheme, host=to.host, port=to.port)
        moved = httpx.Request(request.method, url, headers=request.headers, stream=request.stream, extensions=request.extensions)  # fmt: skip
        moved.headers["host"] = to.netloc.decode("ascii")
        return moved

    def close(self) -> None:
        """つながりを閉じる。"""
        self._inner.close()
