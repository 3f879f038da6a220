"""Names of people: folded for comparing, parted into tokens, how they sound, which of them are one name."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

SMALL_WORDS = frozenset({"mac", "mc", "o", "de", "la", "le", "van", "von", "el", "al", "bin", "st", "fitz"})
"""Parts of a family name that people write together with what follows, or apart from it."""
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
_APOSTROPHES = re.compile("['’‘`´ʼ]")
_SOUNDS = (
    (r"^(?:kn|gn|pn)", "n"), (r"^wr", "r"), (r"^x", "s"), (r"^ps", "s"), (r"^mc(?=[^aeiou])", "mac"),
    (r"ph", "f"), (r"sch", "x"), (r"tch", "x"), (r"sh", "x"), (r"ch(?=[rl]|$)", "k"), (r"^ch(?=[aiu])", "x"),
    (r"ch", "k"), (r"th", "t"), (r"gh(?=[aeiou])", "g"), (r"(?<=[aeiou])gh", ""), (r"dg(?=[eiy])", "j"),
    (r"ck", "k"), (r"qu", "k"), (r"x", "ks"), (r"c(?=[eiy])", "s"), (r"g(?=[eiy])(?!ir)", "j"),
    (r"[cq]", "k"), (r"z", "s"), (r"v", "f"), (r"wh", "w"),
)  # fmt: skip
_ONE_NAME = """
    alexander alexandra alex alec alexis sandy; andrew andy drew; anthony antony tony; antonia toni; benjamin ben
    benny; abdul abdel abdoul; aisha ayesha aicha; aidan aiden ayden; amelia millie amy; elizabeth elisabeth liz
    lizzie beth bethany libby eliza betty; cameron cam; catherine katherine kathryn katharine kate katie cathy kathy
    kat kitty; charles charlie charley chas; charlotte lottie charlie; christopher chris kris topher kit; christina
    christine chris kristina tina; daniel dan danny; danielle dani; david dave davey; deborah debbie deb; dominic
    dom; edward ed eddie ted ned; eleanor ellie nell elinor; emily em emmie; ethan; francis frank frankie; frances
    fran frankie; frederick fred freddie freddy; gabriel gabe; gabrielle gabby; george georgie; georgia georgie;
    gregory greg; harry harrison henry hal; harriet hattie; isabel isabelle isobel izzy bella belle; isaac zac ike;
    jack john johnny jon jackie; jacob jake; james jim jimmy jamie; jason jay; jayden jaden jaydon; jennifer jen
    jenny; jeremy jerry jez; jessica jess jessie; jonathan jon jonny johnathan; joseph joe joey yusuf youssef
    yousef; josephine jo josie; joshua josh; kenneth ken kenny; kimberley kim; leonard leo len lenny; lawrence
    laurence larry laurie; lewis louis lou luis; lucas luke luka; madeleine maddie; margaret maggie meg peggy;
    matthew matt matty; maxwell max maximilian; megan meg; michael mike mick mickey micky mikey; mohammed muhammad
    mohamed mohammad muhammed mo; natalie nat; natasha tasha; nathan nathaniel nat nate; nicholas nick nicky
    nicolas; nicola nicky; niamh neve nieve; oliver ollie olly; olivia liv livvy; oscar oskar; owen eoin owain; eoin
    ian iain; patrick pat paddy; patricia pat trish tricia; peter pete; philip phillip phil; rebecca becky becca
    bex; reece rhys rees reese; richard rick ricky rich dick richie; robert rob bob robbie bobby bert; robin robyn;
    ronald ron ronnie; samuel sam sammy; samantha sam sammy; sean shaun shawn; siobhan shivaun shevaun chevonne;
    stephanie steph; stephen steven steve stevie; susan sue suzie susie; terence terry; theodore theo ted; thomas
    tom tommy; timothy tim timmy; toby tobias; tyler ty; victoria vicky tori vicki; vincent vince vinnie; william
    will bill billy willy liam; zachary zac zach zak zack
"""
SETS = tuple(tuple(names.split()) for names in _ONE_NAME.split(";"))
"""Forms of one name, a set each."""


def _by_name() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, names in enumerate(SETS):
        for name in names:
            found.setdefault(name, set()).add(number)
    return {name: frozenset(numbers) for name, numbers in found.items()}


_IN_SETS = _by_name()


def folded(text: str) -> str:
    """Lower case, without accents, apostrophes and punctuation, one space between: what names are compared by."""
    plain = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text).casefold()).translate(_LETTERS)
    return " ".join("".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c)).split())


def tokens(text: str) -> tuple[str, ...]:
    """The names in a text, folded, in order: “Anne-Marie O’Brien” is anne, marie, obrien; “Mac Donald” is macdonald."""
    joined: list[str] = []
    for part in folded(text).split():
        if joined and joined[-1] in SMALL_WORDS:
            joined[-1] += part
        else:
            joined.append(part)
    return tuple(joined)


@lru_cache(maxsize=4096)
def sound(token: str) -> str:
    """How a folded name sounds, roughly: two names with one sound are often one name (Kelly, Kelley, Keli)."""
    text = token
    for pattern, by in _SOUNDS:
        text = re.sub(pattern, by, text)
    first = "a" if text[:1] in "aeiouy" and text else text[:1]
    rest = re.sub(r"[aeiouyhw]", "", text[1:])
    return re.sub(r"(.)\1+", r"\1", first + rest)


def forms_of(token: str) -> frozenset[str]:
    """Every other form of a folded name (Katherine: Catherine, Kate, ...), as far as the list goes."""
    return frozenset(name for number in _IN_SETS.get(token, ()) for name in SETS[number]) - {token}
