"""Makes `bart.json` and `encodings.json` from the tokenizer.json of Florence-2-base, given as the argument.

`bart.json` is that tokenizer cut down to what the texts here can use: every token and merge whose characters stand next to
each other in one of their words, with the ids they have in the whole. Byte-pair merging never looks at any other, so the
cut-down tokenizer gives the same ids for these texts; that is checked before it is written.
"""

import json
import random
import sys
from pathlib import Path

import tokenizers
from tokenizers import Tokenizer

HERE = Path(__file__).parent
PROMPTS = HERE.parent / "florence-2" / "prompts.json"

PIECES = ["the", "a", "image", "cat", "dog", "don't", "I'm", "they've", "we'll", "he'd", "it's", "STOP", "Garden", "café", "naïve", "Straße", "猫", "图像", "日本語", "한국어", "عربى", "עברית", "ไทย", "हिन्दी", "🙂", "👩\u200d👩\u200d👧", "🇨🇭", "é", "ñ", "½", "²", "٣", "12345", "3.14", "--", "...", "!?", "@#$", "<", ">", "<loc_5>", "<loc_999>", "<loc_1000>", "<loc_", "od>", "<od>", "</od>", "<s>", "</s>", "<pad>", "<sep>", "<poly>", "</poly>", "<and>", "<unk>", "<OD>", "'s", "'t", '"', "\\", "𝒳", "﷽"]
SPACES = ["", "", " ", "  ", "\n", "\t", " \n ", "\r\n", "\u00a0", "\u3000", "\u2028", "\u200b"]
SPACES += ["\u0085", "\ufeff", "\x00", "\x1f"]


def texts() -> list[str]:
    chance = random.Random(0)
    prompts = [vector["hf_prompt"] for vector in json.loads(PROMPTS.read_text())["vectors"] if "input_ids" in vector]
    # <mask> takes the white space before it. Not in the soup: the library under test does that with JavaScript's white space.
    masks = ["a <mask> b", "a  \n\u00a0<mask>b", "<mask>", " <mask><loc_5> <mask>"]
    soup = []
    for _ in range(600):
        words = [chance.choice(PIECES) + chance.choice(SPACES) for _ in range(chance.randint(0, 9))]
        soup.append(chance.choice(SPACES) + "".join(words))
    return list(dict.fromkeys([*prompts, *masks, *soup]))


def cut_down(whole: dict, tokenizer: Tokenizer, cases: list[str]) -> dict:
    added = {token["content"] for token in whole["added_tokens"]}
    words = {tokenizer.id_to_token(i) for i in range(4)}
    for text in cases:
        for start in range(len(text)):
            # Added tokens cut a text anywhere, so every tail is split; that only keeps more than is needed.
            words.update(word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(text[start:]))
    parts = {word[start:end] for word in words for start in range(len(word)) for end in range(start + 1, len(word) + 1)}
    alphabet = set(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    model = whole["model"]
    vocab = {token: i for token, i in model["vocab"].items() if token in parts or token in alphabet or token in added}
    merges = [merge for merge in model["merges"] if merge.replace(" ", "", 1) in parts]
    return {**whole, "model": {**model, "vocab": vocab, "merges": merges}}


def main(path: str) -> None:
    whole = json.loads(Path(path).read_text())
    tokenizer = Tokenizer.from_file(path)
    cases = texts()
    small = cut_down(whole, tokenizer, cases)
    check = Tokenizer.from_str(json.dumps(small))
    encodings = [{"text": text, "ids": tokenizer.encode(text).ids} for text in cases]
    # By token: loading a vocabulary with gaps, Python gives the added tokens other ids.
    assert all(check.encode(text).tokens == tokenizer.encode(text).tokens for text in cases)
    chance = random.Random(1)
    ids = sorted({*small["model"]["vocab"].values(), *(token["id"] for token in whole["added_tokens"])})
    soup = [[chance.choice(ids) for _ in range(chance.randint(1, 20))] for _ in range(200)]
    decodings = [{"ids": list_, "text": tokenizer.decode(list_, skip_special_tokens=False)} for list_ in soup]
    document = {"tokenizers": tokenizers.__version__, "encodings": encodings, "decodings": decodings}
    for name, value in {"bart.json": small, "encodings.json": document}.items():
        (HERE / name).write_text(json.dumps(value, ensure_ascii=True, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
