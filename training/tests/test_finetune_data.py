"""Data sets of a user: what is read from them, and the messages for invalid ones."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image
from tokenizers import Tokenizer

from florence_training.annotate.tasks import TASKS
from florence_training.checkpoint import SHIPPED
from florence_training.finetune.batches import MOST_QUESTIONS, gather, load, order, split
from florence_training.finetune.command import read_bounds
from florence_training.finetune.example import NEWCOMER, draw_with_newcomer
from florence_training.finetune.folder import MOST_FAULTS, Bounds, FolderError, Sample, read_folder
from florence_training.finetune.options import OptionsError
from florence_training.finetune.pictures import open_picture
from florence_training.scenes.art import NAMES

OD = TASKS["<OD>"].prompt
DOG = "dog<loc_1><loc_2><loc_3><loc_4>"
BOUNDS = Bounds(Tokenizer.from_file(str(SHIPPED / "tokenizer.json")), image_tokens=5, positions=64)


# What a clone without Git LFS has in place of a file (git-lfs, docs/spec.md).
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 5289277\n"


def write(folder: Path, *lines: object) -> Path:
    """Writes a data set with one image, 200 x 100; a line is an object, or text that is written unchanged."""
    Image.new("RGB", (200, 100), "red").save(folder / "a.png")
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    (folder / "annotations.jsonl").write_text(text, encoding="utf-8")
    return folder


def read_one(folder: Path, **line: object) -> Sample:
    [sample] = read_folder(write(folder, {"image": "a.png", **line}), BOUNDS)
    return sample


def test_the_served_model_is_not_a_checkpoint() -> None:
    """It has the json files of a checkpoint, and graphs instead of weights."""
    with pytest.raises(OptionsError, match=r"lacks \*\.safetensors: .*make -C training checkpoint"):
        read_bounds(SHIPPED)


@pytest.mark.parametrize(
    ("line", "task", "prompt", "answer"),
    [
        ({"prefix": "<OD>", "suffix": DOG}, "<OD>", OD, DOG),
        ({"prefix": OD, "suffix": ""}, "<OD>", OD, ""),
        ({"prefix": "<CAPTION_TO_PHRASE_GROUNDING>a car", "suffix": ""}, "<CAPTION_TO_PHRASE_GROUNDING>",
         "Locate the phrases in the caption: a car", ""),
        ({"prefix": "Locate dogs in the image.", "suffix": ""}, "<OPEN_VOCABULARY_DETECTION>",
         "Locate dogs in the image.", ""),
        ({"prefix": "How many are there?", "suffix": "two 日本 🍄"}, None, "How many are there?", "two 日本 🍄"),
        ({"task": "<REGION_TO_CATEGORY>", "region": [0, 0, 100, 50], "suffix": "cat"}, "<REGION_TO_CATEGORY>",
         "What is the region <loc_0><loc_0><loc_500><loc_500>?", "cat"),
        ({"task": "<OPEN_VOCABULARY_DETECTION>", "text": "dog",
          "objects": [{"label": "dog", "box": [100, 0, 200, 100]}, {"label": "dog", "box": [0, 0, 10, 10]}]},
         "<OPEN_VOCABULARY_DETECTION>", "Locate dog in the image.",
         "dog<loc_0><loc_0><loc_50><loc_100><loc_500><loc_0><loc_999><loc_999>"),
    ],
)  # fmt: skip
def test_lines_are_parsed(line: dict[str, object], task: str | None, prompt: str, answer: str, tmp_path: Path) -> None:
    sample = read_one(tmp_path, **line)
    assert (sample.question.task, sample.question.prompt, sample.answer) == (task, prompt, answer)
    assert BOUNDS.tokenizer.decode(list(sample.answer_ids), skip_special_tokens=False) == f"<s>{answer}</s>"
    assert BOUNDS.tokenizer.decode(list(sample.prompt_ids), skip_special_tokens=False) == f"<s>{prompt}</s>"


def test_boxes_in_pixels_become_the_tokens_that_the_scenes_have(tmp_path: Path) -> None:
    """Ordered from left to right and rounded down, as in training; a label needs no token of its own."""
    things = [{"label": "zebra", "box": [150, 20.04, 200, 100]}, {"label": "ox", "box": [0.3, 0, 99.9, 50]}]
    sample = read_one(tmp_path, prefix="<OD>", objects=things)
    assert sample.answer == "ox<loc_1><loc_0><loc_499><loc_500>zebra<loc_750><loc_200><loc_999><loc_999>"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "JSON"),
        ("[]", "object"),
        ({"image": "a.png", "suffix": "x"}, '"prefix" or "task"'),
        ({"image": "a.png", "prefix": "<OD>"}, '"suffix"'),
        ({"image": "a.png", "prefix": "", "suffix": "x"}, "empty"),
        ({"image": "a.png", "prefix": "<OD>", "text": "x", "suffix": "x"}, '"task"'),
        ({"image": "a.png", "prefix": "<NO_TASK>", "suffix": "x"}, "unknown task <NO_TASK>"),
        ({"image": "a.png", "prefix": "<OD>dogs", "suffix": "x"}, "no input"),
        ({"image": "a.png", "prefix": "<OPEN_VOCABULARY_DETECTION>", "suffix": "x"}, "wants its input"),
        ({"image": "a.png", "prefix": "<REGION_TO_OCR>here", "suffix": "x"}, "region"),
        ({"image": "a.png", "prefix": "<OD>", "suffix": "dog<loc_1000>"}, "<loc_1000>"),
        ({"image": "a.png", "prefix": "<OD>", "suffix": "dog<loc_-1>"}, "<loc_-1>"),
        ({"image": "a.png", "prefix": "<OD>", "suffix": "dog<loc_1><loc_2><loc_3>"}, "has 4"),
        ({"image": "a.png", "prefix": "<OCR_WITH_REGION>", "suffix": "x" + "<loc_1>" * 4}, "has 8"),
        ({"image": "a.png", "prefix": "<REGION_TO_SEGMENTATION>" + "<loc_1>" * 4, "suffix": "<loc_1>" * 7}, "outline"),
        ({"image": "a.png", "prefix": "<OD>", "suffix": "dog</s>"}, "</s>"),
        ({"image": "a.png", "prefix": "<OD>", "suffix": "dog" * 200}, "shorten"),
        ({"image": "a.png", "prefix": "why " * 200, "suffix": "x"}, "59"),
        ({"image": "a.png", "prefix": "<OD>", "objects": [{"label": "x", "box": [10, 10, 5, 20]}]}, "left < right"),
        ({"image": "a.png", "prefix": "<OD>", "objects": [{"label": "x", "box": [0, 0, 201, 20]}]}, "200 x 100"),
        ({"image": "a.png", "prefix": "<OD>", "objects": [{"label": "x", "box": [0, 0, 20]}]}, "box"),
        ({"image": "a.png", "prefix": "<OCR>", "objects": []}, "give <OCR>"),
        ({"image": "b.png", "prefix": "<OD>", "suffix": "x"}, "no such picture"),
        ({"image": "annotations.jsonl", "prefix": "<OD>", "suffix": "x"}, "as a picture"),
        ({"image": "B.png", "prefix": "<OD>", "suffix": "x"}, "no such picture: B.png"),
        ({"image": "A.PNG", "prefix": "<OD>", "suffix": "x"}, "There is a.png"),
        ({"image": "images\\b.png", "prefix": "<OD>", "suffix": "x"}, "images/b.png is not there"),
        ({"image": "..\\b.png", "prefix": "<OD>", "suffix": "x"}, "in the folder"),
        ({"image": "C:\\data\\a.png", "prefix": "<OD>", "suffix": "x"}, "Windows"),
        ({"image": "d:/data/a.png", "prefix": "<OD>", "suffix": "x"}, "Windows"),
        ({"image": "\\\\server\\data\\a.png", "prefix": "<OD>", "suffix": "x"}, "Windows"),
        ({"image": "https://example.com/a.png", "prefix": "<OD>", "suffix": "x"}, "address"),
        ({"image": "a\0.png", "prefix": "<OD>", "suffix": "x"}, "no name of a picture"),
        ({"image": "a" * 5000, "prefix": "<OD>", "suffix": "x"}, "no name of a picture"),
        ({"image": "../a.png", "prefix": "<OD>", "suffix": "x"}, "in the folder"),
        ({"image": "/etc/passwd", "prefix": "<OD>", "suffix": "x"}, "in the folder"),
    ],
)  # fmt: skip
def test_an_invalid_line_is_reported_with_its_number(line: object, said: str, tmp_path: Path) -> None:
    good = {"image": "a.png", "prefix": "<CAPTION>", "suffix": "red"}
    with pytest.raises(FolderError) as caught:
        read_folder(write(tmp_path, good, "", line), BOUNDS)
    [_, fault] = str(caught.value).splitlines()
    assert fault.startswith("  line 3: ")
    assert said in fault


def test_a_windows_path_is_read_with_slashes_and_one_image_has_one_name(tmp_path: Path) -> None:
    r"""Lines from Windows have `images\a.jpg` (roboflow/supervision#2581, AILab-CVC/YOLO-World#535)."""
    (tmp_path / "images").mkdir()
    names = (r"images\a.png", "images/a.png", r".\images\a.png", r"images\..\images\a.png")
    Image.new("RGB", (20, 10)).save(tmp_path / "images" / "a.png")
    lines = [{"image": name, "prefix": f"question {index}", "suffix": "x"} for index, name in enumerate(names)]
    samples = read_folder(write(tmp_path, *lines), BOUNDS)
    assert {(sample.image, sample.size) for sample in samples} == {("images/a.png", (20, 10))}
    assert len(gather(samples)) == 1
    assert split(samples, 0.5, seed=0) == (samples, [])  # as the only image, it is learned from


def test_a_backslash_in_the_name_of_a_file_stays(tmp_path: Path) -> None:
    name = r"images\a.png"
    Image.new("RGB", (20, 10)).save(tmp_path / name)
    (tmp_path / "images").mkdir()
    Image.new("RGB", (30, 10)).save(tmp_path / "images" / "a.png")
    [sample] = read_folder(write(tmp_path, {"image": name, "prefix": "<OD>", "suffix": ""}), BOUNDS)
    assert (sample.image, sample.size) == (name, (20, 10))


def test_images_that_are_git_lfs_pointers_are_refused_with_what_to_do(tmp_path: Path) -> None:
    folder = write(tmp_path, {"image": "b.png", "prefix": "<OD>", "suffix": ""})
    (folder / "b.png").write_text(POINTER)
    with pytest.raises(FolderError, match=r"line 1: b\.png .*Git LFS pointer.*git lfs pull"):
        read_folder(folder, BOUNDS)


def test_a_truncated_image_and_a_link_out_of_the_folder_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    names = ("cut.png", "link.png")
    write(folder, *({"image": name, "prefix": "<OD>", "suffix": ""} for name in names))
    (folder / "cut.png").write_bytes((folder / "a.png").read_bytes()[:100])
    (folder / "a.png").rename(tmp_path / "a.png")
    (folder / "link.png").symlink_to(tmp_path / "a.png")
    with pytest.raises(FolderError) as caught:
        read_folder(folder, BOUNDS)
    assert "line 1: cut.png can't be read" in str(caught.value)
    assert "line 2: link.png is not in the folder" in str(caught.value)


def test_repeated_questions_and_empty_files_are_refused(tmp_path: Path) -> None:
    line = {"image": "a.png", "prefix": "<OD>", "suffix": ""}
    with pytest.raises(FolderError, match="line 2: line 1 asks the same"):
        read_folder(write(tmp_path, line, {**line, "prefix": OD, "suffix": "other"}), BOUNDS)
    with pytest.raises(FolderError, match="is empty"):
        read_folder(write(tmp_path, "", " "), BOUNDS)
    (tmp_path / "annotations.jsonl").write_bytes(b"\xff")
    with pytest.raises(FolderError, match="UTF-8"):
        read_folder(tmp_path, BOUNDS)


def test_the_list_of_faults_is_limited_and_two_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FolderError) as caught:
        read_folder(write(tmp_path, *["{"] * (MOST_FAULTS + 5)), BOUNDS)
    rows = str(caught.value).splitlines()
    assert len(rows) == 1 + MOST_FAULTS + 1
    assert rows[-1] == "  and 5 more"
    (tmp_path / "b.jsonl").write_text("")
    with pytest.raises(FolderError, match=r"annotations\.jsonl, b\.jsonl"):
        read_folder(tmp_path, BOUNDS)


def test_images_are_decoded_as_in_the_api(tmp_path: Path) -> None:
    """Rotated by the EXIF orientation, and blended over white."""
    Image.new("RGBA", (4, 2), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    assert open_picture(tmp_path / "clear.png").getpixel((0, 0)) == (255, 255, 255)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (4, 2)).save(tmp_path / "turned.jpg", exif=exif)
    assert open_picture(tmp_path / "turned.jpg").size == (2, 4)


def test_whole_images_are_held_out_and_the_same_ones_every_time(tmp_path: Path) -> None:
    names = [f"{index}.png" for index in range(20)]
    lines = [{"image": name, "prefix": prefix, "suffix": ""} for name in names for prefix in ("<OD>", "<CAPTION>")]
    for name in names:
        Image.new("RGB", (8, 8)).save(tmp_path / name)
    samples = read_folder(write(tmp_path, *lines), BOUNDS)
    learned, held = split(samples, 0.25, seed=3)
    assert len(held) == 10
    assert not {sample.image for sample in learned} & {sample.image for sample in held}
    assert split(list(reversed(samples)), 0.25, seed=3)[1] == list(reversed(held))
    assert {sample.image for sample in split(samples, 0.25, seed=4)[1]} != {sample.image for sample in held}
    assert split(samples, 0, seed=3) == (samples, [])
    assert len(split(samples[:2], 0.9, seed=3)[0]) == 2


def test_questions_about_an_image_share_one_vision_pass_up_to_a_limit(tmp_path: Path) -> None:
    lines = [{"image": "a.png", "prefix": f"question {index}", "suffix": ""} for index in range(MOST_QUESTIONS + 1)]
    looks = gather(read_folder(write(tmp_path, *lines), BOUNDS))
    assert [len(look.samples) for look in looks] == [MOST_QUESTIONS, 1]
    asked = load(looks, 32)
    assert asked.pictures.shape == (2, 3, 32, 32)
    assert [each.picture for each in asked.posed] == [0] * MOST_QUESTIONS + [1]
    epochs = [[len(look.samples) for look in order(looks * 5, epoch, seed=0)] for epoch in (0, 0, 1)]
    assert epochs[0] == epochs[1] != epochs[2]


def test_the_example_shows_a_thing_that_no_recipe_draws() -> None:
    assert NEWCOMER not in NAMES
    scene, again = (draw_with_newcomer(700_000_000) for _ in range(2))
    assert (scene.image == again.image).all()
    assert NEWCOMER in {thing.name for thing in scene.objects}
