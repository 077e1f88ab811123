"""The texts of the scenes: common English words, and the fonts that draw them."""

from __future__ import annotations

from functools import lru_cache

from PIL import ImageFont

from florence_training.scenes.art import ART

WORDS = tuple(
    sorted(
        set(
            """
open closed sale exit enter stop start menu cafe bar hotel park street road bank shop store market sun moon star sky
blue red green gold silver black white hot cold fresh new old big small happy love peace hope dream music dance sing
play game team win run walk jump swim fly drive ride go come here there left right up down in out on off yes no hello
world welcome thanks please help free pay cash card price cheap deal offer gift toy book pen paper note letter word
page read write learn school class teacher student house home room door window wall floor roof garden tree flower leaf
grass river lake sea ocean beach island hill mountain valley forest desert snow rain wind storm cloud fire water ice
earth stone rock sand metal wood glass cup plate bowl fork knife spoon bread milk tea coffee juice beer wine sugar salt
pepper rice soup salad fish meat egg fruit apple lemon grape cherry peach pizza pasta cake pie candy cookie dog cat
bird horse cow pig sheep lion tiger bear wolf fox rabbit mouse frog snake whale shark king queen prince hero magic
castle crown sword shield power energy speed fast slow quick easy hard soft strong weak light dark day night week month
year time clock watch early late now soon never always north south east west city town village farm bridge tower church
museum library office post phone email photo camera video movie radio news today sport ball goal race bike car bus
train plane boat ship taxi metro station airport ticket travel map guide tour camp fun joy smile laugh cry sleep wake
work job boss meet talk call text send share save load print copy paste cut edit view zoom search find lost keep safe
danger warning caution private public staff only push pull lift press turn slide lock key code data file disk chip
robot laser atom space rocket planet mars venus comet alien pilot doctor nurse baker chef artist actor singer writer
judge police rescue first aid medical health care heart brain hand foot head face eye ear nose mouth hair skin bone
""".split()
        )
    )
)

FONTS = tuple(
    f"@expo-google-fonts/{package}/{weight}/{family}_{weight}.ttf"
    for package, family, weights in (
        ("bebas-neue", "BebasNeue", ["400Regular"]),
        ("inter", "Inter", ["400Regular", "700Bold"]),
        ("lato", "Lato", ["400Regular", "700Bold"]),
        ("merriweather", "Merriweather", ["400Regular", "700Bold"]),
        ("montserrat", "Montserrat", ["500Medium", "700Bold"]),
        ("nunito", "Nunito", ["400Regular", "700Bold"]),
        ("open-sans", "OpenSans", ["400Regular", "700Bold"]),
        ("oswald", "Oswald", ["400Regular", "600SemiBold"]),
        ("playfair-display", "PlayfairDisplay", ["500Medium", "700Bold"]),
        ("roboto", "Roboto", ["400Regular", "700Bold"]),
        ("roboto-mono", "RobotoMono", ["500Medium"]),
        ("roboto-slab", "RobotoSlab", ["400Regular", "700Bold"]),
    )
    for weight in weights
)

CAPITALS_ONLY = ("bebas-neue",)  # packages of fonts with small letters that look like capitals


def as_drawn(text: str, font: str) -> str:
    """Returns the text as a person reads it in that font."""
    return text.upper() if any(f"/{name}/" in font for name in CAPITALS_ONLY) else text


@lru_cache(maxsize=512)
def load_font(path: str, size: int) -> ImageFont.FreeTypeFont:
    """Returns one of `FONTS` at a size in pixels."""
    return ImageFont.truetype(str(ART / path), size)
