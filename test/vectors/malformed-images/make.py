"""Makes the JPEGs here and `expected.json`: which picture Pillow decodes from malformed files.

The malformed files are not committed: `write-files.ts` makes them from numbers, and this script reads them.
Run from any folder with the virtual environment of `training/`: `python test/vectors/malformed-images/make.py`.
"""

import hashlib
import io
import json
import struct
import subprocess
import tempfile
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import PIL
from PIL import Image, features

HERE = Path(__file__).parent
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def scene(width: int, height: int, channels: int = 3) -> np.ndarray:
    """Random colours, a little smoothed: each block has coefficients of its own."""
    random = np.random.default_rng(width * 1009 + height)
    noise = random.integers(0, 256, (height // 3 + 1, width // 3 + 1, channels), dtype=np.uint8)
    bands = [Image.fromarray(noise[..., band]).resize((width, height), Image.BICUBIC) for band in range(channels)]
    return np.stack([np.asarray(band) for band in bands], axis=-1)


def encoded(width: int, height: int, mode: str = "RGB", **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(scene(width, height)).convert(mode).save(file, "JPEG", quality=75, **options)
    return file.getvalue()


def segments(jpeg: bytes) -> Iterator[tuple[int, bytes]]:
    """The codes and data of a JPEG's segments before its first scan."""
    at = 2
    while jpeg[at + 1] != 0xDA:
        length = int.from_bytes(jpeg[at + 2 : at + 4])
        yield jpeg[at + 1], jpeg[at + 4 : at + 2 + length]
        at += 2 + length


def huffman_codes(table: bytes) -> dict[int, str]:
    """The codes of a Huffman table by symbol: the data of DHT without its first byte."""
    codes, code, at = {}, 0, 16
    for length in range(1, 17):
        for symbol in table[at : at + table[length - 1]]:
            codes[symbol] = format(code, f"0{length}b")
            code += 1
        at += table[length - 1]
        code <<= 1
    return codes


def signed_bits(value: int) -> str:
    """A coefficient's bits: of a negative one, those of its absolute value inverted."""
    size = abs(value).bit_length()
    return format(value if value > 0 else value + (1 << size) - 1, f"0{size}b") if value else ""


def block_bits(coefficients: list[int], previous: int, dc: dict[int, str], ac: dict[int, str]) -> str:
    first = signed_bits(coefficients[0] - previous)
    bits, run = dc[len(first)] + first, 0
    for value in coefficients[1:]:
        if value == 0:
            run += 1
            continue
        bits += ac[0xF0] * (run // 16)
        bits += ac[run % 16 * 16 + abs(value).bit_length()] + signed_bits(value)
        run = 0
    return bits + (ac[0] if run else "")


def blocks(plane: np.ndarray, step: int) -> Iterator[list[int]]:
    """The quantised coefficients of a plane's blocks, row by row, in zigzag order."""
    height, width = plane.shape
    padded = np.pad(plane.astype(float) - 128, ((0, -height % 8), (0, -width % 8)), mode="edge")
    n = np.arange(8)
    dct = np.cos((2 * n + 1) * n[:, None] * np.pi / 16) / 2
    dct[0] /= np.sqrt(2)
    zigzag = sorted(np.ndindex(8, 8), key=lambda at: (sum(at), at[0] if sum(at) % 2 else at[1]))
    for y in range(0, padded.shape[0], 8):
        for x in range(0, padded.shape[1], 8):
            transformed = np.rint(dct @ padded[y : y + 8, x : x + 8] @ dct.T / step).astype(int)
            yield [int(transformed[at]) for at in zigzag]


def separate_scans(width: int, height: int, restart_intervals: tuple[int, int, int]) -> bytes:
    """A baseline JPEG with a scan for each component, which Pillow does not write, and restart intervals of their own."""
    step = 12
    tables = [data for code, data in segments(encoded(8, 8)) if code == 0xC4]
    dc, ac = (huffman_codes(next(table[1:] for table in tables if table[0] == kind)) for kind in (0x00, 0x10))
    planes = np.asarray(Image.fromarray(scene(width, height)).convert("YCbCr"))

    def segment(code: int, data: bytes) -> bytes:
        return struct.pack(">BBH", 0xFF, code, len(data) + 2) + data

    frame = struct.pack(">BHHB", 8, height, width, 3) + bytes(byte for i in (1, 2, 3) for byte in (i, 0x11, 0))
    file = b"\xff\xd8" + segment(0xDB, bytes([0, *[step] * 64])) + segment(0xC0, frame)
    file += b"".join(segment(0xC4, table) for table in tables)
    for component, interval in enumerate(restart_intervals):
        file += segment(0xDD, struct.pack(">H", interval)) + segment(0xDA, bytes([1, component + 1, 0, 0, 63, 0]))
        bits, previous, restarts = "", 0, 0
        for index, coefficients in enumerate(blocks(planes[..., component], step)):
            if interval and index and index % interval == 0:
                file += entropy_coded(bits) + bytes([0xFF, 0xD0 + restarts % 8])
                bits, previous, restarts = "", 0, restarts + 1
            bits += block_bits(coefficients, previous, dc, ac)
            previous = coefficients[0]
        file += entropy_coded(bits)
    return file + b"\xff\xd9"


def entropy_coded(bits: str) -> bytes:
    """Padded with ones to whole bytes, and with a zero byte after each 0xff."""
    bits += "1" * (-len(bits) % 8)
    return bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)).replace(b"\xff", b"\xff\0")


def make_jpegs() -> None:
    files = {
        "baseline-420-restarts": encoded(61, 43, restart_marker_blocks=2),
        "baseline-422-rows": encoded(64, 40, restart_marker_rows=1, subsampling="4:2:2"),
        "baseline-444-restarts": encoded(40, 33, restart_marker_blocks=3, subsampling="4:4:4"),
        "baseline-420": encoded(48, 32),
        "grey-restarts": encoded(50, 30, "L", restart_marker_blocks=1),
        "progressive-420-restarts": encoded(61, 43, restart_marker_blocks=3, progressive=True),
        "progressive-444": encoded(40, 33, progressive=True, subsampling="4:4:4"),
        "progressive-grey-restarts": encoded(50, 30, "L", restart_marker_blocks=4, progressive=True),
        "separate-scans": separate_scans(45, 37, (5, 0, 7)),
    }
    for name, data in files.items():
        (HERE / f"{name}.jpg").write_bytes(data)


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes, bool]]:
    """Types and data of the chunks, and whether they are undamaged; of a truncated one, the data that are there."""
    at = len(PNG_SIGNATURE)
    while at + 8 <= len(png):
        (length,), kind = struct.unpack(">I", png[at : at + 4]), png[at + 4 : at + 8]
        data, checksum = png[at + 8 : at + 8 + length], png[at + 8 + length : at + 12 + length]
        yield kind, data, len(checksum) < 4 or checksum == struct.pack(">I", zlib.crc32(kind + data))
        at += 12 + length


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def as_libpng_reads(png: bytes) -> tuple[bytes | None, bool]:
    """A well-formed PNG of the chunks that libpng 1.6.58 uses, and whether their zlib stream is finished but for its Adler-32.

    None where libpng refuses the file, or a pixel is missing. Written from pngrutil.c, independently of the product. Unlike libpng, it takes a file without IEND, or without a right Adler-32.
    """
    (first, header, is_right), *others = chunks(png) if len(png) > 33 else [(b"", b"", False)]
    if first != b"IHDR" or not is_right:
        return None, False
    width, height, depth, color = struct.unpack(">IIBB", header[:10])
    palette = transparency = None
    stream = b""
    for kind, data, matches in others:
        if kind == b"IDAT" and matches:
            stream += data
        elif kind == b"IDAT" or (kind == b"IHDR" and not stream):
            return None, False
        elif stream or kind == b"IEND":
            break
        elif kind == b"PLTE" and color == 3:
            if palette or not matches or len(data) % 3 or not 0 < len(data) <= 768:
                return None, False
            palette = data
        elif kind == b"tRNS" and matches and transparency is None:
            colours = min(len(palette or b"") // 3, 1 << depth)
            if {0: len(data) == 2, 2: len(data) == 6, 3: 0 < len(data) <= colours}.get(color, False):
                transparency = data
    rows = height * (1 + (width * SAMPLES[color] * depth + 7) // 8)
    inflated, is_finished = inflate(stream)
    if len(inflated) < rows or (color == 3 and palette is None):
        return None, False
    if transparency and color == 0 and depth in {2, 4}:
        # Pillow compares the key with samples that it has scaled to 8 bits.
        transparency = bytes([0, transparency[1] * (255 // ((1 << depth) - 1))])
    kept = [(b"IHDR", header), (b"PLTE", palette), (b"tRNS", transparency), (b"IDAT", zlib.compress(inflated[:rows]))]
    parts = [chunk(kind, data) for kind, data in kept if data]
    return PNG_SIGNATURE + b"".join(parts) + chunk(b"IEND", b""), is_finished


def inflate(stream: bytes) -> tuple[bytes, bool]:
    """What a zlib stream inflates to, up to damage or its end, and whether its last block has an end."""
    inflater, inflated = zlib.decompressobj(-15), b""
    for byte in stream[2:]:
        try:
            inflated += inflater.decompress(bytes([byte]))
        except zlib.error:
            break
    return inflated, inflater.eof


def digest(rgba: np.ndarray) -> str:
    """Of the size and the pixels; transparent pixels have no colour."""
    height, width, _ = rgba.shape
    visible = np.where(rgba[..., 3:] == 0, 0, rgba).astype(np.uint8)
    return hashlib.sha256(struct.pack("<II", width, height) + visible.tobytes()).hexdigest()[:12]


def pillow(data: bytes | None) -> str | None:
    """What Pillow decodes, or None if it refuses the file."""
    if data is None:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(data)) as picture:
                return digest(np.asarray(picture.convert("RGBA")))
        except (OSError, SyntaxError, ValueError):
            return None


def libpng(data: bytes) -> str | None:
    """What OpenCV decodes with libpng; of tRNS it uses all but that of grey pictures."""
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if picture is None:
        return None
    conversions = {2: cv2.COLOR_GRAY2RGBA, 3: cv2.COLOR_BGR2RGBA, 4: cv2.COLOR_BGRA2RGBA}
    return digest(cv2.cvtColor(picture, conversions[2 if picture.ndim == 2 else picture.shape[2]]))


def expected(path: Path) -> dict[str, str | bool | None]:
    data = path.read_bytes()
    control = path.with_suffix(f".control{path.suffix}")
    if control.exists():
        return {"pillow": pillow(data), "whole": pillow(control.read_bytes())}
    png, is_finished = as_libpng_reads(data)
    whole = pillow(png)
    if (decoded := libpng(data)) is not None and data[25] != 0:
        assert decoded == whole, path.name
    return {"pillow": pillow(data), "whole": whole, "unfinished": whole is not None and not is_finished}


def main() -> None:
    make_jpegs()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["node", HERE / "write-files.ts", folder], check=True)
        versions = {"pillow": PIL.__version__, "libjpegTurbo": features.version("libjpeg_turbo")}
        document: dict[str, object] = {"versions": versions}
        for suffix in ("jpg", "png", "gif"):
            count = len([path for path in Path(folder).glob(f"*.{suffix}") if ".control" not in path.name])
            results = [expected(Path(folder) / f"{seed}.{suffix}") for seed in range(count)]
            document[suffix] = {key: [result[key] for result in results] for key in ("pillow", "whole")}
            if suffix == "png":
                document["unfinished"] = [seed for seed, result in enumerate(results) if result["unfinished"]]
    (HERE / "expected.json").write_text(json.dumps(document) + "\n")


if __name__ == "__main__":
    main()
