"""A user's program: what each option makes of an answer. mypy checks it; nothing runs it. An ignored error must be there, or mypy complains."""

from pathlib import Path

from typing_extensions import assert_type

from florence_edge import (
    AnalyzeAnswer,
    AsyncFlorence,
    AsyncJobHandle,
    Batch,
    BatchAnswer,
    BatchHandle,
    BatchLine,
    BatchResult,
    BatchResults,
    BoxesAnswer,
    Drawing,
    FlatAnswer,
    Florence,
    JobHandle,
    JobList,
    PolygonsAnswer,
    QuadsAnswer,
    RawAnswer,
    ReferenceAnswer,
    Stream,
    TextAnswer,
)

florence = Florence("https://florence.example.com", api_key="fe_live_0", timeout=5)
picture = Path("street.jpg")

assert_type(florence.caption(picture), TextAnswer)
assert_type(florence.object_detection(picture, min_score=0.5, format="json", stream=False), BoxesAnswer)
assert_type(florence.ocr_with_region(b"bytes", include=["svg_path"]), QuadsAnswer)
assert_type(florence.region_to_segmentation(picture, (0, 0, 9, 9)), PolygonsAnswer)
assert_type(florence.open_vocabulary_detection(picture, ["cat"]), BoxesAnswer | PolygonsAnswer)
assert_type(florence.object_detection(picture, format="flat"), FlatAnswer)
assert_type(florence.object_detection(picture, format="raw", beams=3), RawAnswer)
assert_type(florence.object_detection(picture, compat="reference"), ReferenceAnswer)
assert_type(florence.object_detection(picture, overlay="svg", overlay_image=False), Drawing)
assert_type(florence.caption(picture, stream=True), Stream[TextAnswer])
assert_type(florence.caption(picture, stream=True).finish(), TextAnswer)

florence.analyze(picture, [{"task": "caption"}, {"task": "region-to-ocr", "region": (0, 0, 9, 9), "beams": 2}])
florence.batch([{"task": "caption", "image": picture, "format": "flat"}])
florence.caption(picture, headers={"cache-control": "no-store"}, idempotency_key="mine", max_price=300)

# Answers that come later have the same types.
assert_type(florence.jobs.create("caption", picture), JobHandle[TextAnswer])
assert_type(florence.jobs.create("ocr-with-region", picture, include=["svg_path"]).wait(), QuadsAnswer)
assert_type(florence.jobs.create("region-to-segmentation", picture, region=(0, 0, 9, 9)).wait(5), PolygonsAnswer)
assert_type(
    florence.jobs.create("open-vocabulary-detection", picture, labels=["a"]).wait(), BoxesAnswer | PolygonsAnswer
)
assert_type(florence.jobs.create("caption", picture, format="flat", webhook="https://a.example").wait(), FlatAnswer)
assert_type(florence.jobs.create("caption", picture, compat="reference").wait(), ReferenceAnswer)
assert_type(florence.jobs.analyze(picture, [{"task": "caption"}]).wait(), AnalyzeAnswer)
assert_type(florence.jobs.batch([{"task": "caption", "image": picture}]).wait(), BatchAnswer)
assert_type(florence.jobs.list(status="queued"), JobList)
for result in florence.batches.run("caption", [picture, {"image": b"bytes", "custom_id": "mine"}], beams=2):
    assert_type(result, BatchResult[TextAnswer])
assert_type(florence.batches.create("object-detection", Path("lines.jsonl")), BatchHandle[BoxesAnswer])
assert_type(florence.batches.create("object-detection", [picture]).wait(), Batch)
assert_type(
    [each.unwrap() for each in florence.batches.create("ocr", [picture], format="raw").results()], list[RawAnswer]
)
lines: list[BatchLine] = [{"image": picture, "tasks": [{"task": "caption"}]}]
assert_type(florence.batches.run("analyze", lines), BatchResults[AnalyzeAnswer])

# What the API refuses is refused here.
florence.jobs.create("captoin", picture)  # type: ignore[call-overload]
florence.jobs.create("caption", picture, stream=True)  # type: ignore[call-overload]
florence.jobs.create("caption", picture, bems=2)  # type: ignore[call-overload]
florence.jobs.list(status="done")  # type: ignore[arg-type]
florence.batches.run("captoin", [picture])  # type: ignore[call-overload]
florence.caption(picture, bems=2)  # type: ignore[call-overload]
florence.caption(picture, box_format="xywh")  # type: ignore[call-overload]
florence.caption_to_phrase_grounding(picture)  # type: ignore[call-overload]
florence.object_detection(picture, compat="reference", min_score=0.5)  # type: ignore[call-overload]
florence.object_detection(picture, overlay="svg", include=["svg_path"])  # type: ignore[call-overload]
florence.object_detection(picture, overlay="gif")  # type: ignore[call-overload]
florence.analyze(picture, [{"task": "captoin"}])  # type: ignore[typeddict-item]
florence.batch([{"task": "caption"}])  # type: ignore[typeddict-item]
florence.caption(3)  # type: ignore[call-overload]
florence.caption(picture).objects  # type: ignore[attr-defined]


async def main() -> None:
    """Use the asynchronous client."""
    async with AsyncFlorence() as client:
        assert_type(await client.caption(picture), TextAnswer)
        assert_type(await client.object_detection(picture, overlay="png"), Drawing)
        async with client.caption(picture, stream=True) as stream:
            assert_type(await stream.finish(), TextAnswer)
        job = await client.jobs.create("caption", picture)
        assert_type(job, AsyncJobHandle[TextAnswer])
        assert_type(await job.wait(), TextAnswer)
        async for result in client.batches.run("caption", [picture]):
            assert_type(result.answer, TextAnswer | None)
        client.caption(picture).text  # type: ignore[attr-defined]
