"""`finetune`: trains a checkpoint on your images and json lines, and writes a `from_pretrained` folder."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import Florence2Config

from florence_training.checkpoint import load_checkpoint, read_image_size
from florence_training.export.vision import image_tokens
from florence_training.finetune.adapting import adapt
from florence_training.finetune.batches import gather, split
from florence_training.finetune.course import Course
from florence_training.finetune.folder import Bounds, FolderError, Sample, read_folder
from florence_training.finetune.loop import BEST, LOG, Setting, finetune, is_done
from florence_training.finetune.options import FULL_RATE, LORA_RATE, Options, OptionsError, read_options
from florence_training.finetune.progress import Progress, ProgressError, digest, resume
from florence_training.finetune.rehearsal import Rehearsal
from florence_training.finetune.tuner import Tuner
from florence_training.stopping import told_to_stop
from florence_training.train.log import drop_after
from florence_training.train.vocabulary import first_location

# Patterns of file names: the folder needs one file of each group; weights may be in several files.
NEEDED = (("config.json",), ("tokenizer.json",), ("preprocessor_config.json",), ("*.safetensors", "*.bin"))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of `finetune` to the parser."""
    parser.add_argument("--checkpoint", type=Path, required=True, help="the from_pretrained folder to begin with")
    parser.add_argument("--data", type=Path, required=True, help="a .jsonl file, or a folder with one")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write; a fine-tuning there goes on")
    parser.add_argument("--epochs", type=int, default=20, help="at most (default: 20)")
    parser.add_argument("--learning-rate", type=float, help=f"default: {FULL_RATE}, with adapters {LORA_RATE}")
    parser.add_argument("--batch", type=int, default=8, help="pictures a step, rehearsal among them (default: 8)")
    parser.add_argument("--lora-rank", type=int, help="0: all weights learn (default: 0 for our model, else 8)")
    parser.add_argument("--freeze-vision", action="store_true", help="only the language model learns")
    parser.add_argument(
        "--holdout", type=float, default=0.15, help="part of the pictures that measures (default: 0.15)"
    )
    parser.add_argument(
        "--patience", type=int, default=4, help="epochs without a better figure, then it ends (default: 4)"
    )
    parser.add_argument(
        "--rehearsal", type=float, help="part of a step that is old tasks (default: our model 0.5, else 0)"
    )
    parser.add_argument(
        "--smoothing", type=float, help="of locations, in bins (default: our model 2.5, else 0.1: none)"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cpu", help="of PyTorch: cpu, cuda")
    parser.add_argument("--threads", type=int, help="of PyTorch (default: its own choice)")
    parser.add_argument("--save-minutes", type=float, default=5.0)


def run(arguments: argparse.Namespace) -> int:
    """Fine-tunes the checkpoint. Returns the exit status."""
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    torch.set_default_device(arguments.device)
    try:
        ready = prepare(arguments)
    except (FolderError, OptionsError, ProgressError) as error:
        print(error, file=sys.stderr)
        return 1
    with told_to_stop() as stop:
        progress = finetune(ready.tuner, ready.course, ready.progress, ready.setting, stop)
    return _report(progress, ready.course, arguments.out)


@dataclass(frozen=True)
class Prepared:
    """A fine-tuning that is ready to start or to resume."""

    tuner: Tuner
    course: Course
    progress: Progress
    setting: Setting


def prepare(arguments: argparse.Namespace) -> Prepared:
    """Reads and checks all inputs. Raises FolderError, OptionsError, ProgressError."""
    bounds, side = read_bounds(arguments.checkpoint)
    given = {name: getattr(arguments, name) for name in Options.model_fields}
    options = read_options(given, arguments.checkpoint)
    samples = read_folder(arguments.data, bounds)
    course = make_course(samples, options, bounds, side)
    learned, held = (sum(len(look.samples) for look in looks) for looks in (course.learned, course.held))
    print(f"{learned} questions to learn, {held} held out; {options.model_dump_json()}", flush=True)
    tuner = _begin(arguments, options, course, bounds.tokenizer)
    arguments.out.mkdir(parents=True, exist_ok=True)
    source = digest(arguments.checkpoint, options, samples)
    progress = resume(tuner, arguments.out, source)
    drop_after(arguments.out / LOG, progress.step or -1)
    setting = Setting(arguments.out, arguments.checkpoint, source, arguments.save_minutes)
    return Prepared(tuner, course, progress, setting)


def read_bounds(checkpoint: Path) -> tuple[Bounds, int]:
    """Returns the limits of a checkpoint and the side of its images. Raises OptionsError if it is not a checkpoint."""
    missing = [names[0] for names in NEEDED if not any(any(checkpoint.glob(name)) for name in names)]
    if missing:
        raise OptionsError(
            f"--checkpoint {checkpoint} lacks {', '.join(missing)}: it takes a from_pretrained folder, such as "
            "`make -C training checkpoint` makes of the shipped model"
        )
    side = read_image_size(checkpoint)
    config = Florence2Config.from_pretrained(checkpoint)
    tokenizer = Tokenizer.from_file(str(checkpoint / "tokenizer.json"))
    if tokenizer.token_to_id("<loc_0>") is None:
        raise OptionsError(f"{checkpoint / 'tokenizer.json'} has no <loc_0>: take a checkpoint made for transformers")
    return Bounds(tokenizer, image_tokens(config, side), config.text_config.max_position_embeddings), side


def make_course(samples: list[Sample], options: Options, bounds: Bounds, side: int) -> Course:
    """Splits the samples, and adds rehearsal if the options ask for it."""
    learned, held = (gather(part) for part in split(samples, options.holdout, options.seed))
    course = Course(learned, held, side, options)
    if options.rehearsed == 0:
        return course
    rehearsal = Rehearsal(bounds.tokenizer, side, bounds.image_tokens, options.seed, course.steps)
    return replace(course, rehearsal=rehearsal)


def _begin(arguments: argparse.Namespace, options: Options, course: Course, tokenizer: Tokenizer) -> Tuner:
    model = load_checkpoint(arguments.checkpoint).to(arguments.device)
    adapted = adapt(model, options.lora_rank, freeze_vision=options.freeze_vision, seed=options.seed)
    trainable = sum(parameter.numel() for parameter in adapted.learning().values())
    print(f"{trainable:,} of {model.num_parameters():,} weights learn", flush=True)
    return Tuner.begin(adapted, options, first_location(tokenizer), course.steps)


def _report(progress: Progress, course: Course, out: Path) -> int:
    """Prints how the fine-tuning ended. Returns the exit status."""
    if not is_done(progress, course):
        print(f"stopped after step {progress.step} of {course.steps}: the same command goes on")
        return 0
    if progress.best == 0:
        print("no epoch was better than the beginning: try a lower --learning-rate, or more pictures", file=sys.stderr)
        return 1
    held_out = f", held-out loss {progress.least:.4g}" if course.held else ""
    print(f"{out / BEST}: epoch {progress.best}{held_out}")
    return 0
