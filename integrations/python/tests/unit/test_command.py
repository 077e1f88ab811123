import io
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import BASE, BOX_OBJECT, BOXES_ANSWER, TEXT_ANSWER, FakeApi, problem, sse
from test_batches import BatchApi

from florence_edge import Florence
from florence_edge._cli import main as command
from florence_edge._cli.terminal import Progress, bar, dollars

CHARGED = {"charge": '300;id="chg_1";repeat=?0', "balance": "4999700"}


def run(api: FakeApi, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    http = httpx.Client(transport=httpx.MockTransport(api.handle))
    monkeypatch.setattr(command, "_florence", lambda _: Florence(BASE, http_client=http, sleep=api.sleep))
    with pytest.raises(SystemExit) as ended:
        command.main(list(arguments))
    return int(ended.value.code or 0)


@pytest.fixture
def picture(tmp_path: Path) -> str:
    path = tmp_path / "street.jpg"
    path.write_bytes(b"file")
    return str(path)


def answered(request: httpx.Request) -> httpx.Response:
    if b"overlay=" in request.url.query:
        return httpx.Response(200, content=b"<svg/>", headers={"content-type": "image/svg+xml"})
    return httpx.Response(200, json=BOXES_ANSWER, headers=CHARGED)


def test_the_answer_is_a_table_and_a_drawing(picture: str, tmp_path: Path, monkeypatch, capsys) -> None:
    out = tmp_path / "new" / "folder"
    assert run(FakeApi([answered]), monkeypatch, "ask", picture, "--min-score", "0.1", "--out", str(out)) == 0
    drawing = out / "street.object-detection.svg"
    assert drawing.read_bytes() == b"<svg/>"
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [
        "label  score  x1   y1     x2     y2",
        "snail  0.138  0.3  169.7  201.3  348.7",
        "cost $0.0003; $4.9997 left",
        "",
        f"Drawn in {drawing}",
    ]
    assert printed.err == ""


def test_options_reach_the_api(picture: str, monkeypatch) -> None:
    api = FakeApi([httpx.Response(200, json=TEXT_ANSWER)])
    arguments = ["--task", "region-to-ocr", "--region", "1,2,3,4", "--beams", "2", "--max-price", "9"]
    assert run(api, monkeypatch, "ask", picture, *arguments) == 0
    assert (api.last.url.path, api.last.url.query) == (
        "/base/v1/region-to-ocr",
        b"region=1.0%2C2.0%2C3.0%2C4.0&beams=2",
    )
    assert api.last.headers["max-price"] == "9"
    run(api, monkeypatch, "ask", picture, "--task", "open-vocabulary-detection", "--labels", "a", "--labels", "b")
    assert api.last.url.query == b"labels=a&labels=b"


def test_json_is_the_apis_and_draws_nothing(picture: str, monkeypatch, capsys) -> None:
    api = FakeApi([answered])
    assert run(api, monkeypatch, "ask", picture, picture, "--json") == 0
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [BOXES_ANSWER] * 2
    assert len(api.requests) == 2


def test_one_picture_that_fails_does_not_stop_the_others(picture: str, tmp_path: Path, monkeypatch, capsys) -> None:
    broken = httpx.Response(400, json=problem("image-corrupt", 400))
    api = FakeApi([broken, httpx.Response(200, json=TEXT_ANSWER)])
    assert run(api, monkeypatch, "ask", picture, str(tmp_path / "no.jpg"), picture, "--task", "caption") == 1
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [picture, "two snails", ""]
    assert printed.err.splitlines() == [
        f"{picture}: What happened.",
        "What to do.",
        f"{tmp_path / 'no.jpg'}: No such file or directory",
    ]


def test_pictures_of_the_same_name_have_drawings_of_their_own(picture: str, tmp_path: Path, monkeypatch) -> None:
    assert run(FakeApi([answered]), monkeypatch, "ask", picture, picture, "--out", str(tmp_path)) == 0
    assert sorted(path.name for path in tmp_path.glob("*.svg")) == [
        "street-2.object-detection.svg",
        "street.object-detection.svg",
    ]


def test_a_folder_is_its_pictures_by_name(picture: str, tmp_path: Path, monkeypatch, capsys) -> None:
    for name in ("b.PNG", "a.webp", "notes.txt"):
        (tmp_path / name).write_bytes(b"file")
    api = FakeApi([httpx.Response(200, json=TEXT_ANSWER)])
    assert run(api, monkeypatch, "ask", str(tmp_path), "--task", "caption") == 0
    shown = [line for line in capsys.readouterr().out.splitlines() if line.startswith("/")]
    assert shown == [str(tmp_path / "a.webp"), str(tmp_path / "b.PNG"), picture]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "pictures"
    path.mkdir()
    for name in ("a", "b", "bad"):
        (path / f"{name}.jpg").write_bytes(name.encode())
    return path


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_batch_writes_lines_and_goes_on_where_it_was_stopped(
    folder: Path, tmp_path: Path, monkeypatch, capsys
) -> None:
    batch = BatchApi()
    arguments = ["ask", str(folder), "--batch", "--task", "caption", "--beams", "2", "--out", str(tmp_path / "new")]
    assert run(batch.api, monkeypatch, *arguments) == 1
    path = tmp_path / "new" / "caption.jsonl"
    a, b, bad = lines_of(path)
    assert (a["picture"], a["answer"]["text"], b["answer"]["text"]) == (str(folder / "a.jpg"), "a", "b")
    assert (bad["picture"], bad["error"]["code"]) == (str(folder / "bad.jpg"), "image-corrupt")
    assert json.loads(batch.files["file-0"].splitlines()[0])["body"]["beams"] == 2
    printed = capsys.readouterr()
    assert printed.out == f"2 answers written to {path}; 1 failed, 0 were there.\n"
    assert printed.err.startswith(f"{folder / 'bad.jpg'}: What happened.")

    (folder / "bad.jpg").write_bytes(b"good")
    with path.open("a") as file:
        file.write('{"picture": "cut')
    again = BatchApi()
    assert run(again.api, monkeypatch, *arguments) == 0
    assert [line["answer"]["text"] for line in lines_of(path)] == ["a", "b", "good"]
    assert len(again.files["file-0"].splitlines()) == 1
    assert capsys.readouterr().out == f"1 answers written to {path}; 0 failed, 2 were there.\n"


def test_a_batch_that_is_interrupted_is_cancelled(folder: Path, tmp_path: Path, monkeypatch) -> None:
    batch = BatchApi(looks=9)

    def reply(request: httpx.Request) -> httpx.Response:
        if batch.seen.get("batch_0") == 3 and not request.url.path.endswith("/cancel"):
            raise KeyboardInterrupt
        return batch.reply(request)

    assert run(FakeApi([reply]), monkeypatch, "ask", str(folder), "--batch", "--out", str(tmp_path)) == 130
    assert batch.batches["batch_0"]["status"] == "cancelled"
    assert lines_of(tmp_path / "object-detection.jsonl") == []


def test_a_stream_is_printed_as_it_comes(picture: str, monkeypatch, capsys) -> None:
    headers = {"content-type": "text/event-stream"}
    words = sse(
        {"type": "delta", "text": "two "}, {"type": "delta", "text": "snails"}, {"type": "done", "answer": TEXT_ANSWER}
    )
    run(FakeApi([httpx.Response(200, content=words, headers=headers)]), monkeypatch, "ask", picture, "--stream")
    assert capsys.readouterr().out == "two snails\n"
    found = sse({"type": "object", "index": 0, "object": BOX_OBJECT}, {"type": "done", "answer": BOXES_ANSWER})
    run(FakeApi([httpx.Response(200, content=found, headers=headers)]), monkeypatch, "ask", picture, "--stream")
    assert json.loads(capsys.readouterr().out) == BOX_OBJECT


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["ask"],
        ["ask", "a.jpg", "--task", "no"],
        ["ask", "a.jpg", "--region", "1,2,3"],
        ["ask", "a.jpg", "--region", "a,b,c,d"],
        ["ask", "a", "--png", "--json"],
        ["ask", "a", "--batch", "--json"],
    ],
)
def test_a_wrong_command_line_ends_with_2(arguments: list[str], monkeypatch) -> None:
    assert run(FakeApi([answered]), monkeypatch, *arguments) == 2


def test_help_names_all_tasks(monkeypatch, capsys) -> None:
    assert run(FakeApi([answered]), monkeypatch, "ask", "--help") == 0
    assert "referring-expression-segmentation" in capsys.readouterr().out


def test_an_error_is_told_without_a_stack_trace(monkeypatch, capsys) -> None:
    assert run(FakeApi([httpx.Response(401, json=problem("key-missing", 401))]), monkeypatch, "me") == 1
    assert capsys.readouterr().err.splitlines()[:2] == ["What happened.", "What to do."]


def test_dollars_are_exact() -> None:
    assert [dollars(amount) for amount in (0, 5, 300, 1_000_000, -1_500_000)] == [
        "$0.00",
        "$0.000005",
        "$0.0003",
        "$1.00",
        "-$1.50",
    ]


def test_the_bar_fills_with_pictures_and_moves_for_one() -> None:
    assert bar(1, 4, 0) == "[█████░░░░░░░░░░░░░░░] 1/4"
    assert [bar(0, 1, seconds).index("█") for seconds in (0, 1, 1.7, 2.4, 3.4)] == [1, 11, 18, 11, 1]
    assert {len(bar(0, 1, moment / 7)) for moment in range(50)} == {22}


def test_the_bar_is_removed_and_hidden_while_something_is_printed(monkeypatch) -> None:
    monkeypatch.setattr("florence_edge._cli.terminal.REDRAW_SECONDS", 0.001)
    stream = io.StringIO()
    with Progress(2, stream, is_shown=True) as progress:
        progress.begin("a.jpg")
        while "a.jpg" not in stream.getvalue():
            pass
        with progress.hidden():
            written = stream.getvalue()
            assert written.endswith("\r\x1b[K")
        progress.advance()
        while "1/2" not in stream.getvalue():
            pass
    assert stream.getvalue().endswith("\r\x1b[K")


def test_no_bar_is_drawn_where_nobody_looks() -> None:
    stream = io.StringIO()
    with Progress(2, stream, is_shown=False) as progress, progress.hidden():
        progress.advance()
    assert stream.getvalue() == ""
