"""Batches, from an API that runs."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Call

from florence_edge import BatchResult, Florence, FlorenceError, TextAnswer

SECONDS = 120.0


def test_fifty_lines_of_which_three_are_broken(flow: Call, florence: Florence, street: Path) -> None:
    cut = street.read_bytes()[:2000]
    broken = {"1": cut, "25": b"none", "50": cut}
    lines = [{"custom_id": str(number), "image": broken.get(str(number), street)} for number in range(1, 51)]
    counts: list[tuple[int, int]] = []

    async def calls(client: Any, do: Any) -> Any:
        def show(batch: Any) -> None:
            counts.append((batch.request_counts.completed, batch.request_counts.failed))

        return await do(client.batches.run("caption", lines, max_new_tokens=20, on_change=show))

    results = {each.custom_id: each for each in flow(calls)}
    assert set(results) == {str(number) for number in range(1, 51)}
    assert {name for name, each in results.items() if each.error is not None} == broken.keys()
    assert all(results[name].error.fix for name in broken)
    direct = florence.caption(street, max_new_tokens=20)
    assert all(each.answer == direct for name, each in results.items() if name not in broken)
    assert counts[-1] == (47, 3)


def test_a_batch_is_made_by_one_client_and_read_by_another(flow: Call, florence: Florence, street: Path) -> None:
    async def calls(client: Any, do: Any) -> Any:
        analyze = [{"image": street, "tasks": [{"task": "caption"}]}]
        handle = await do(client.batches.create("analyze", analyze, metadata={"album": "é"}))
        await do(handle.wait(timeout=SECONDS))
        return handle

    handle = florence.batches.get(flow(calls).id)
    assert (handle.status, handle.batch.metadata) == ("completed", {"album": "é"})
    (result,) = handle.results()
    assert isinstance(result, BatchResult)
    assert isinstance(result.unwrap().results[0].unwrap(), TextAnswer)


def test_a_large_picture_is_uploaded(florence: Florence) -> None:
    noise = np.random.default_rng(7).integers(0, 256, (600, 600, 3), dtype=np.uint8)
    assert [each.unwrap().source.width for each in florence.batches.run("caption", [noise])] == [600]


def test_a_batch_is_cancelled(flow: Call) -> None:
    async def calls(client: Any, do: Any) -> Any:
        # Nothing answers there, so that it is tried for a while.
        handle = await do(client.batches.create("caption", ["http://127.0.0.1:1/a.jpg"]))
        await do(handle.cancel())
        assert (await do(handle.wait(timeout=SECONDS))).status == "cancelled"
        return await do(handle.results())

    assert [each.answer for each in flow(calls) if each.error is None] == []


def test_a_batch_that_is_refused_says_why(flow: Call, street: Path) -> None:
    twice = [{"custom_id": "a", "image": street}] * 2

    async def calls(client: Any, do: Any) -> Any:
        return await do(client.batches.run("caption", twice))

    with pytest.raises(FlorenceError) as caught:
        flow(calls)
    assert caught.value.code == "duplicate-custom-id"


def test_an_unknown_batch_has_its_code(flow: Call) -> None:
    async def calls(client: Any, do: Any) -> Any:
        await do(client.batches.get("batch_" + "0" * 22))

    with pytest.raises(FlorenceError) as caught:
        flow(calls)
    assert (caught.value.code, caught.value.status) == ("unknown-batch", 404)


def test_a_batch_costs_half(paid: Florence, unseen: np.ndarray) -> None:
    quote = paid.quote("caption")
    before = paid.me().balance
    (result,) = paid.batches.run("caption", [unseen])
    assert isinstance(result.unwrap(), TextAnswer)
    assert before - paid.me().balance == quote.batch_price
    assert quote.batch_price * 2 in (quote.price, quote.price + 1)


def test_the_command_asks_about_a_folder(url: str, street: Path, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in range(3):
        (pictures / f"{number}.jpg").write_bytes(street.read_bytes())
    (pictures / "broken.jpg").write_bytes(b"none")
    command = Path(sys.executable).parent / "florence-edge"
    arguments = [command, "ask", pictures, "--batch", "--task", "caption", "--url", url, "--out", tmp_path]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    path = tmp_path / "caption.jsonl"
    assert (done.returncode, done.stdout) == (1, f"3 answers written to {path}; 1 failed, 0 were there.\n"), done.stderr
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert {Path(line["picture"]).name for line in lines if "answer" in line} == {"0.jpg", "1.jpg", "2.jpg"}
    assert done.stderr.startswith(str(pictures / "broken.jpg"))
