"""Pictures and clips the demonstration model was made for, with their questions and answers.

The drawings and the wordings are those the model was trained on (`training/data.py` of the
demonstration model); a seed gives the same cases on every computer.
"""

import math
import os
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from helpers.project import FIXTURES
from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]

# SVT-AV1 writes its settings to stderr unless told to report errors only.
os.environ.setdefault("SVT_LOG", "1")

FONT_FILE = FIXTURES / "fonts" / "DejaVuSansMono-Bold.ttf"
FRAMES_PER_CLIP = 4
FRAMES_PER_SECOND = 2

_COLOURS: dict[str, Colour] = {
    "red": (220, 40, 40),
    "green": (40, 160, 60),
    "blue": (40, 80, 220),
    "yellow": (240, 210, 40),
    "purple": (140, 50, 180),
    "orange": (245, 140, 30),
    "black": (20, 20, 20),
    "pink": (250, 130, 190),
}
_SHAPES = ("circle", "square", "triangle", "star", "cross", "diamond")
_PLACES = (
    ("at the top left", "at the top", "at the top right"),
    ("on the left", "in the center", "on the right"),
    ("at the bottom left", "at the bottom", "at the bottom right"),
)
_SCENE_SIZES = ((128, 128), (128, 128), (96, 96), (160, 128), (128, 160))
_TITLES = ("Error", "Warning", "Ready", "Done", "Hello", "Login", "File", "Print", "Score", "Level")
_BUTTONS = (
    *("OK", "Cancel", "Retry", "Yes", "No", "Close"),
    *("Save", "Open", "Send", "Help", "Next", "Back"),
)
_TEXT_COLOURS: tuple[Colour, ...] = ((20, 20, 20), (20, 40, 120), (120, 20, 20), (10, 80, 40))
_TEXT_SIZE = 26
_DIALOG_SIZE = (192, 128)
_CLIP_SIDE = 96


class Skill(StrEnum):
    """What a case asks about; the model's card gives each at least 0.98."""

    COLOUR = "colour"
    SHAPE = "shape"
    WHERE = "where"
    BUTTON = "button"
    DIRECTION = "direction"
    CLIP_COLOUR = "clip_colour"


PICTURE_SKILLS = (Skill.COLOUR, Skill.SHAPE, Skill.WHERE, Skill.BUTTON)
CLIP_SKILLS = (Skill.DIRECTION, Skill.CLIP_COLOUR)


class Codec(StrEnum):
    """How a test clip is encoded, by the name of FFmpeg's encoder."""

    H264 = "libx264"
    VP9 = "libvpx-vp9"
    AV1 = "libsvtav1"


_CONTAINER = {Codec.H264: ".mp4", Codec.VP9: ".webm", Codec.AV1: ".mp4"}
# Nearly lossless, with every frame kept where it is: colours and places must survive.
_ENCODER_OPTIONS = {
    Codec.H264: {"crf": "8", "preset": "veryfast"},
    Codec.VP9: {"crf": "8", "b": "0", "deadline": "good", "cpu-used": "4"},
    Codec.AV1: {"crf": "10", "preset": "8", "svtav1-params": "lp=1"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A picture, a question about it and the one right answer."""

    skill: Skill
    picture: Image.Image
    question: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """The frames of a clip, a question about it and the one right answer."""

    skill: Skill
    frames: tuple[Image.Image, ...]
    question: str
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Figure:
    shape: str
    colour: str
    row: int
    column: int

    @property
    def place(self) -> str:
        return _PLACES[self.row][self.column]


def make_cases(seed: int, count: int) -> list[Case]:
    """`count` pictures with their questions, the skills taking turns."""
    random_ = random.Random(seed)
    return [
        make_case(random_, PICTURE_SKILLS[number % len(PICTURE_SKILLS)]) for number in range(count)
    ]


def make_case(random_: random.Random, skill: Skill) -> Case:
    """A fresh picture and a question of that skill."""
    if skill is Skill.BUTTON:
        return _make_dialog(random_)
    picture, figures = _make_scene(random_)
    figure = random_.choice(figures)
    question, answer = _QUESTIONS[skill](random_, figure)
    return Case(skill=skill, picture=picture, question=question, answer=answer)


def make_clips(seed: int, count: int) -> list[Clip]:
    """`count` clips of a moving shape with their questions, the skills taking turns."""
    random_ = random.Random(seed)
    return [_make_clip(random_, CLIP_SKILLS[number % len(CLIP_SKILLS)]) for number in range(count)]


def write_clip(
    frames: Sequence[Image.Image], folder: Path, name: str, codec: Codec = Codec.H264
) -> Path:
    """Encode the frames at two a second; returns the file, whose ending suits the codec."""
    path = folder / (name + _CONTAINER[codec])
    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            codec.value, rate=FRAMES_PER_SECOND, options=_ENCODER_OPTIONS[codec]
        )
        stream.width, stream.height = frames[0].size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, FRAMES_PER_SECOND)
        for number, frame in enumerate(frames):
            video_frame = av.VideoFrame.from_ndarray(np.asarray(frame), format="rgb24")
            video_frame.pts = number
            video_frame.time_base = Fraction(1, FRAMES_PER_SECOND)
            container.mux(stream.encode(video_frame))
        container.mux(stream.encode(None))
    return path


def _make_scene(random_: random.Random) -> tuple[Image.Image, list[_Figure]]:
    size = random_.choice(_SCENE_SIZES)
    count = random_.randint(1, 4)
    picture = Image.new("RGB", size, _task_pool(random_))
    cells = random_.sample([(row, column) for row in range(3) for column in range(3)], count)
    colours = random_.sample(list(_COLOURS), count)
    shapes = random_.sample(_SHAPES, count)
    figures = [
        _Figure(shape=shape, colour=colour, row=row, column=column)
        for shape, colour, (row, column) in zip(shapes, colours, cells, strict=True)
    ]
    cell_width, cell_height = size[0] / 3, size[1] / 3
    for figure in figures:
        x = (figure.column + 0.5 + random_.uniform(-0.12, 0.12)) * cell_width
        y = (figure.row + 0.5 + random_.uniform(-0.12, 0.12)) * cell_height
        radius = random_.uniform(0.30, 0.42) * min(cell_width, cell_height)
        colour = _vary(random_, _COLOURS[figure.colour])
        _draw(ImageDraw.Draw(picture), figure.shape, (x, y), radius, colour)
    return picture, figures


def _make_dialog(random_: random.Random) -> Case:
    width, height = _DIALOG_SIZE
    picture = Image.new("RGB", _DIALOG_SIZE, _task_pool(random_))
    pen = ImageDraw.Draw(picture)
    font = ImageFont.truetype(str(FONT_FILE), _TEXT_SIZE)
    title = random_.choice(_TITLES)
    title_x = random_.uniform(6, max(7.0, width - 6 - font.getlength(title)))
    title_y = random_.uniform(4, 22)
    pen.text((title_x, title_y), title, font=font, fill=random_.choice(_TEXT_COLOURS))
    label = random_.choice(_BUTTONS)
    length = font.getlength(label)
    x, y = random_.uniform(10, width - 10 - length), random_.uniform(70, height - 40)
    box = (x - 7, y - 2, x + length + 7, y + 34)
    pen.rectangle(box, fill=(205, 215, 235), outline=(70, 90, 140), width=2)
    pen.text((x, y), label, font=font, fill=(20, 30, 60))
    question = random_.choice(
        ("What does the button say?", "What is on the button?", "Read the button.")
    )
    return Case(
        skill=Skill.BUTTON,
        picture=picture,
        question=question,
        answer=f'The button says "{label}".',
    )


def _make_clip(random_: random.Random, skill: Skill) -> Clip:
    direction = random_.choice(("right", "left", "down", "up"))
    shape, colour = random_.choice(_SHAPES), random_.choice(list(_COLOURS))
    paint, task_pool = _vary(random_, _COLOURS[colour]), _task_pool(random_)
    radius, across = random_.uniform(11, 14), random_.uniform(20, 76)
    start, end = random_.uniform(16, 30), random_.uniform(66, 80)
    frames = []
    for number in range(FRAMES_PER_CLIP):
        along = start + (end - start) * number / (FRAMES_PER_CLIP - 1)
        if direction in {"left", "up"}:
            along = _CLIP_SIDE - along
        center = (along, across) if direction in {"left", "right"} else (across, along)
        frame = Image.new("RGB", (_CLIP_SIDE, _CLIP_SIDE), task_pool)
        _draw(ImageDraw.Draw(frame), shape, center, radius, paint)
        frames.append(frame)
    if skill is Skill.DIRECTION:
        question = random_.choice(("Where did the {} move?", "Which direction did the {} move?"))
        answer = f"The {shape} moved {direction}."
    else:
        question, answer = "What colour is the {}?", f"The {shape} is {colour}."
    return Clip(skill=skill, frames=tuple(frames), question=question.format(shape), answer=answer)


def _ask_colour(random_: random.Random, figure: _Figure) -> tuple[str, str]:
    question = random_.choice(("What colour is the {}?", "What is the color of the {}?"))
    return question.format(figure.shape), f"The {figure.shape} is {figure.colour}."


def _ask_shape(random_: random.Random, figure: _Figure) -> tuple[str, str]:
    question = random_.choice(("What shape is {}?", "Which shape is {}?"))
    article = "an" if figure.colour[0] in "aeiou" else "a"
    return question.format(figure.colour), f"It is {article} {figure.colour} {figure.shape}."


def _ask_where(random_: random.Random, figure: _Figure) -> tuple[str, str]:
    question = random_.choice(("Where is the {}?", "What is the position of the {}?"))
    return question.format(figure.shape), f"The {figure.shape} is {figure.place}."


_QUESTIONS: dict[Skill, Callable[[random.Random, _Figure], tuple[str, str]]] = {
    Skill.COLOUR: _ask_colour,
    Skill.SHAPE: _ask_shape,
    Skill.WHERE: _ask_where,
}


def _task_pool(random_: random.Random) -> Colour:
    return _vary(random_, (random_.randint(226, 255),) * 3, by=6)


def _vary(random_: random.Random, colour: Colour, by: int = 14) -> Colour:
    red, green, blue = (max(0, min(255, part + random_.randint(-by, by))) for part in colour)
    return red, green, blue


def _draw(
    pen: ImageDraw.ImageDraw,
    shape: str,
    center: tuple[float, float],
    radius: float,
    paint: Colour,
) -> None:
    x, y = center
    if shape == "circle":
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=paint)
    elif shape == "square":
        half = radius * 0.88
        pen.rectangle((x - half, y - half, x + half, y + half), fill=paint)
    elif shape == "cross":
        arm = radius * 0.36
        pen.rectangle((x - radius, y - arm, x + radius, y + arm), fill=paint)
        pen.rectangle((x - arm, y - radius, x + arm, y + radius), fill=paint)
    else:
        pen.polygon([(x + dx * radius, y + dy * radius) for dx, dy in _corners(shape)], fill=paint)


def _corners(shape: str) -> list[tuple[float, float]]:
    if shape == "triangle":
        return [(0, -1), (1, 0.85), (-1, 0.85)]
    if shape == "diamond":
        return [(0, -1.12), (0.8, 0), (0, 1.12), (-0.8, 0)]
    angles = [-math.pi / 2 + corner * math.pi / 5 for corner in range(10)]
    lengths = (1.12, 0.46) * 5
    return [
        (length * math.cos(angle), length * math.sin(angle))
        for angle, length in zip(angles, lengths, strict=True)
    ]
