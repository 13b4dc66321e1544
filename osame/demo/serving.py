"""架空市の画面を開く。三つのシステムと、中間サーバー、国の側の模擬を、それぞれの処理とデータベースで動かし、止めるまで見守る。

`osame demo serve`: prepares the city when there is none, starts a server and a worker for each system, the gateway with its clerk of
exchange and the stand-in of the network, lets the addressee feed run, and ends everything that it started, whatever ends it. Only for a trial: it refuses a production environment and a database
that somebody else manages.
"""

import fcntl
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, NoReturn
from urllib.parse import urlsplit

from rich.table import Table

from osame.contracts.sealed import NoLinkageKey, linkage_key
from osame.demo.accounts import CAST, DEPARTMENTS, kept
from osame.demo.national import INSTITUTION, NAME
from osame.demo.places import MUNICIPALITY_CODE
from osame.demo.run import PLAN_FOLDER, run_demo
from osame.demo.suggestions import suggestions
from osame.kernel.dates import format_wareki, parse_date
from osame.kernel.refusals import Refusal
from osame.platform import bodies, database, systems
from osame.platform.exchanges import keys
from osame.platform.exchanges.peers import registry
from osame.platform.terminal import console

FIRST_PORT = 8501
DAY = "2026-04-07"
"""架空市の今日。一年が終わり、四月のファイルを待っている火曜日。"""
OUTSIDE = tuple(code for code, system in systems.SYSTEMS.items() if system.apart)
"""団体の三つのシステムの外。中間サーバーと、国の側の模擬。"""
START_SECONDS = 90
END_SECONDS = 8  # 待ち続けるジョブは、途中で止めてよい。次に始めたときに、続きから行う
ADDRESS = "127.0.0.1"
DEFAULT_RESIDENTS = 10_000


class NotForProduction(Refusal):
    """架空市の画面は、検証環境でだけ開けます。OSAME_ENVIRONMENT が空の環境と、外のデータベースでは動きません。"""


class PortTaken(Refusal):
    """ポートが、ほかで使われています。"""


class AlreadyServing(Refusal):
    """この場所の架空市は、もう開いています。開いている端末で Ctrl+C を押して止めるか、OSAME_HOME で別の場所を選んでください。"""


class DidNotStart(Refusal):
    """始められませんでした。記録を見てください。"""


@dataclass(slots=True)
class Office:
    """動いているシステム。三つのシステムと、中間サーバーと、国の側の模擬。"""

    directory: Path
    first_port: int
    on: date
    children: list[tuple[str, subprocess.Popen[bytes]]] = field(default_factory=list)

    @property
    def ports(self) -> dict[str, int]:
        """システムごとのポート。"""
        return {code: self.first_port + at for at, code in enumerate(systems.SYSTEMS)}

    def address(self, code: str) -> str:
        """システムのアドレス。"""
        return f"http://{ADDRESS}:{self.ports[code]}"

    def front(self, code: str) -> str:
        """画面の初め。中間サーバーでは、団体ごと。"""
        return (
            f"{self.address(code)}/{MUNICIPALITY_CODE}/" if systems.named(code).per_body else f"{self.address(code)}/"
        )

    def environment(self, code: str, *, web: bool = False) -> dict[str, str]:
        """そのシステムの処理に告げること。中間サーバーの画面の処理だけは、団体を決めずに動く。"""
        system = systems.named(code)
        body = MUNICIPALITY_CODE if system.per_body and not web else ""
        return os.environ | {
            "OSAME_SYSTEM": code,
            "OSAME_BODY": body,
            "OSAME_DATABASE_NAME": bodies.database_of(body or "none") if system.per_body else system.database,
            "OSAME_TODAY": os.environ.get("OSAME_TODAY") or DAY,
            "OSAME_ISSUER": "" if system.apart else "collection",  # 団体の外の二つは、自分のアカウントで開く
            "OSAME_CONSOLES": ""
            if system.apart
            else ",".join(f"{each}={self.address(each)}" for each in systems.SUITE),
            **{f"OSAME_PEER_URL_{each.upper()}": self.address(each) for each in systems.SYSTEMS},
        }

    def log(self, name: str) -> IO[bytes]:
        """記録を書くファイル。"""
        folder = self.directory / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / f"{name}.log").open("ab")

    def run(self, code: str, *arguments: str) -> None:
        """一つの処理を、終わるまで動かす。"""
        with self.log(code) as log:
            done = subprocess.run(
                [sys.executable, "-W", "ignore", *arguments], env=self.environment(code), stdout=log, stderr=log,
                check=False,
            )  # fmt: skip
        if done.returncode:
            kept = self.directory / "logs" / f"{code}.log"
            said = kept.read_text(errors="replace").strip().splitlines()
            raise DidNotStart(f"{' '.join(arguments)}：{kept}：{said[-1] if said else ''}")

    def start(self, code: str, name: str, *arguments: str) -> None:
        """一つの処理を始める。端末の Ctrl+C は、この処理だけが受ける。"""
        with self.log(f"{code}-{name}") as log:
            child = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "osame.cli", *arguments],
                env=self.environment(code, web=name == "web"), stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
        self.children.append((f"{code}-{name}", child))

    def ended(self) -> str:
        """自分で終わってしまった処理の名。なければ空。"""
        return next((name for name, child in self.children if child.poll() is not None), "")

    def stop(self) -> None:
        """始めた処理を、すべて終わらせる。"""
        for _, child in reversed(self.children):
            if child.poll() is None:
                child.terminate()
        deadline = time.monotonic() + END_SECONDS
        for _, child in reversed(self.children):
            with suppress(subprocess.TimeoutExpired):
                child.wait(max(0.1, deadline - time.monotonic()))
            with_the_group(child, signal.SIGKILL)  # 残った孫も
            child.wait()


def with_the_group(child: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    """処理と、その子のすべてに知らせる。もういなければ、何もしない。"""
    try:
        os.killpg(child.pid, number)
    except ProcessLookupError:
        return


def serve_demo(residents: int | None, home: Path, *, on: date) -> None:
    """架空市の画面を開き、SIGTERM か Ctrl+C を受けるまで動かす。 on: 本当の今日。"""
    if not os.environ.get("OSAME_ENVIRONMENT", "検証環境") or "OSAME_DATABASE_URL" in os.environ:
        raise NotForProduction
    directory = home / PLAN_FOLDER
    directory.mkdir(parents=True, exist_ok=True)
    with _alone(directory), _stop_asked() as stop:
        office = Office(directory, free_first_port(), on)
        try:
            _prepare(office, residents, home)
            _open(office)
            _tell(office)
            _watch(office, stop)
        finally:
            console.print("止めています …")
            office.stop()
            console.print("すべて止めました。")


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """同じ架空市を、二つの端末で開かない。"""
    with (directory / ".serving").open("w") as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise AlreadyServing from busy
        yield


class _StopAskedError(BaseException):
    """止めるように言われた。用意の途中でも、ここから抜ける。"""


@contextmanager
def _stop_asked() -> Iterator[threading.Event]:
    """Ctrl+C・SIGTERM・端末が閉じたことを受ける。"""
    stop = threading.Event()

    def asked(_number: int, _frame: object) -> NoReturn:
        stop.set()
        raise _StopAskedError

    before = {each: signal.signal(each, asked) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield stop
    except _StopAskedError:
        return
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def free_first_port() -> int:
    """システムの数だけ続けて空いているポートの最初。OSAME_PORT で選べる。ふさがっていれば、空いている番号を教えて断る。"""
    wanted = int(os.environ.get("OSAME_PORT") or FIRST_PORT)
    if taken := [port for port in _row(wanted) if not _free(port)]:
        other = next(first for first in range(wanted + 10, 65_000, 10) if all(map(_free, _row(first))))
        raise PortTaken(f"{taken[0]}番。「OSAME_PORT={other} make serve」なら開けます")
    return wanted


def _row(first: int) -> range:
    return range(first, first + len(systems.SYSTEMS))


def _free(port: int) -> bool:
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((ADDRESS, port))
        except OSError:
            return False
    return True


def _prepare(office: Office, residents: int | None, home: Path) -> None:
    """架空市を用意する。あれば、それを使う。"""
    directory = office.directory
    ready = directory / "ready.json"
    if ready.exists() and residents in {None, json.loads(ready.read_text(encoding="utf-8"))["residents"]}:
        console.print("前に用意した架空市を開きます。")
    else:
        run_demo(residents or _residents_of(directory), 1, home, console.print)
        console.print("三つのシステムを用意しています …")
    database.close_all()
    kept(directory)
    with ThreadPoolExecutor(len(OUTSIDE)) as clerks:  # 国の側は、三つのシステムと並んで用意できる
        apart = [clerks.submit(office.run, code, "-m", "osame.cli", "setup", "--system", code) for code in OUTSIDE]
        office.run("collection", "-m", "osame.cli", "setup")
        for each in apart:
            each.result()
    try:
        linkage_key()
    except NoLinkageKey:
        office.run("linkage", "-m", "osame.cli", "linkage", "keys", "create", "--municipality", MUNICIPALITY_CODE)
    for code in systems.SUITE:
        office.run(code, "-m", "osame.demo.filling", str(directory), office.on.isoformat())
    for code in OUTSIDE:
        office.run(code, "-m", "osame.demo.filling", str(directory), office.on.isoformat())
    introduce_outside(office)


def introduce_outside(office: Office) -> None:
    """中間サーバーと国の側の模擬を、架空市に引き合わせる。"""
    bodies.add(bodies.Body(MUNICIPALITY_CODE, NAME, INSTITUTION, {"linkage": office.address("linkage")}))
    os.environ["OSAME_BODY"] = MUNICIPALITY_CODE
    try:
        keys.introduce({code: sorted(row.accepts & systems.SYSTEMS.keys()) for code, row in registry().items()})
    finally:
        del os.environ["OSAME_BODY"]
    office.run("network", "-m", "osame.demo.national", "network", str(office.directory))


def _residents_of(directory: Path) -> int:
    """前に `osame demo run` で作った架空市があれば、その人数。"""
    mark = directory / "city.txt"
    told = mark.read_text(encoding="utf-8") if mark.exists() else ""
    return int(told.split("人")[0].removeprefix("住民")) if told else DEFAULT_RESIDENTS


def _open(office: Office) -> None:
    """サーバーを始め、宛名の配信を受け取り、ジョブの係を始める。"""
    for code, port in office.ports.items():
        office.start(code, "web", "serve", "--port", str(port))
    for code in office.ports:
        wait_for(office, code)
    office.run("collection", "-m", "osame.cli", "addressee-copy", "follow", "--once")
    office.run("linkage", "-m", "osame.cli", "linkage", "feed", "follow")
    office.run("gateway", "-m", "osame.demo.national", "gateway", str(office.directory))
    for code, step in (("collection", "people"), ("linkage", "unify"), ("network", "accounts")):
        office.run(code, "-m", "osame.demo.national", step, str(office.directory))
    for code in systems.SUITE:
        office.start(code, "worker", "jobs", "work")
    office.start("gateway", "exchange", "gateway", "exchange")
    told = {"residents": _residents_of(office.directory)}
    (office.directory / "ready.json").write_text(json.dumps(told), encoding="utf-8")


def wait_for(office: Office, code: str) -> None:
    """画面が答えるまで待つ。"""
    deadline = time.monotonic() + START_SECONDS
    while not _answers(office.front(code)):
        if (gone := office.ended()) or time.monotonic() > deadline:
            raise DidNotStart(f"{gone or code}：{office.directory / 'logs'}")
        time.sleep(0.1)


def _answers(front: str) -> bool:
    address = urlsplit(front)
    asked = http.client.HTTPConnection(address.netloc, timeout=5)
    try:
        asked.request("GET", f"{address.path}healthz")
        return asked.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        asked.close()


def _tell(office: Office) -> None:
    """アドレスと職員を知らせる。"""
    today = parse_date(office.environment("collection")["OSAME_TODAY"])
    console.print(f"\n架空市の画面を開きました。架空市の今日は、{format_wareki(today)}です。\n")
    for code, system in systems.SYSTEMS.items():
        console.print(f"  {system.name}  {office.front(code)}", soft_wrap=True)
    console.print(
        "  （中間サーバーと模擬は、アカウントが別です。同じ職員番号とパスワードで、それぞれサインインします。）"
    )
    console.print(_officers())
    console.print(f"パスワード（全員に共通）  {kept(office.directory).password}", soft_wrap=True)
    told = "確認コードは、別の端末で「osame demo code 職員番号」と打つと示されます（30秒ごとに変わります）。"
    console.print(told, soft_wrap=True)
    console.print("\n試しに、欄に宛名番号を入れて探してみてください。")
    for each in suggestions():
        console.print(f"  {each.why}  {each.addressee_number}  {each.name}", soft_wrap=True)
    database.close_all()
    console.print("\n止めるには、Ctrl+C を押します。")
    sys.stdout.flush()


def _officers() -> Table:
    table = Table(title="職員（架空市だけの、検証用のアカウント）", title_justify="left")
    for heading in ("職員番号", "氏名", "所属", "役割"):
        table.add_column(heading)
    for each in CAST:
        table.add_row(each.number, each.name, DEPARTMENTS[each.department], each.role.label)
    return table


def _watch(office: Office, stop: threading.Event) -> None:
    while not stop.wait(1):
        if gone := office.ended():
            raise DidNotStart(f"{gone} が終わってしまいました：{office.directory / 'logs'}")
