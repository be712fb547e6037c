"""The classes of a folder of pictures, which its folders name: what a reader of them would ask."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from mlstarter.data.choices import Suggestion
from mlstarter.data.class_counts import FEWEST_OF_A_CLASS, problem_of_classes
from mlstarter.data.errors import DataError
from mlstarter.data.picture_parts import part_of
from mlstarter.data.show import excerpt, quote, some
from mlstarter.data.spellings import look_alike, spellings

MOST_NAMES = 4  # classes
MANY_ABOVE = 10  # folders above those of classes: perhaps patients
MOST_IN_NAMES = 50  # classes that names of files tell
KINDS = frozenset((
    "image", "images", "img", "imgs", "jpegimages", "annotations", "segmentationclass",
    "segmentationobject", "ground_truth", "groundtruth",
))  # fmt: skip
"""Names of folders, in small letters, for files of one kind."""


PIECE = re.compile(
    r"(?:^|.*[\W_])(?:part|batch|chunk|shard|fold|volume|disc|images?|imgs?|frames?)[\W_]?[0-9]+",
    re.IGNORECASE,
)
"""Names of folders that hold a piece of a collection, whatever is on its pictures."""

FORM = re.compile(
    r"(?:.*[\W_])?(?:original|colou?r|gr[ae]y(?:scale)?|segmented|segmentation|augment\w*|aug|"
    r"flip\w*|rotat\w*|crop\w*|resized?|enhanced|preprocessed|edges?|blur\w*|noisy)(?:[\W_].*)?s?",
    re.IGNORECASE,
)
"""Names of folders that hold one form of pictures which others hold in another form."""

Places = Mapping[tuple[str, ...], int]  # how many pictures a folder holds, by the way to it


def count_classes(places: Places) -> Counter[str]:
    """Return how many pictures each class has, "" standing for none.

    The folder in which a picture lies names its class, unless it is a part of a split.
    """
    counts: Counter[str] = Counter()
    for place, count in places.items():
        name = unicodedata.normalize("NFC", place[-1]) if place else ""
        counts[name if not part_of(name) else ""] += count
    return counts


def check_masks(masks: Sequence[str], name: str) -> None:
    """Raise DataError for pictures that were drawn over others, and would be learned from."""
    if masks:
        raise DataError(
            f"{name} holds masks beside the pictures that they were drawn over: {some(masks, 3)}.",
            hint="take them away: they are no pictures of their own",
        )


def check_classes(counts: Mapping[str, int], name: str) -> None:
    """Raise DataError for a class that has too few pictures, or is spelt in several ways.

    So is a name that no class has, but a folder of files of one kind.
    """
    labels = [label for label in counts if label]
    if kinds := [label for label in labels if label.lower() in KINDS]:
        kinds += [label for label in labels if label.lower() in ("mask", "masks")]
        raise DataError(
            f"{some(sorted(kinds))} of {name} would be read as classes, and are names for files of "
            "a kind.",
            hint="make one folder for each class, with its pictures in it (cat/1.jpg, not "
            "cat/images/1.jpg), or give a CSV file of files and labels",
        )
    if labels and all(map(PIECE.fullmatch, labels)):
        raise DataError(
            f"{some(sorted(labels), 3)} of {name} would be read as classes, and name pieces "
            "of a collection.",
            hint="make one folder for each class, with its pictures in it, or give a CSV file of "
            "files and labels that lies in this folder",
        )
    if double := spellings(labels):
        raise DataError(
            f"The classes of {name} are spelt in several ways: {some(double, 6)}.",
            hint="give the folders of one class one name"
            + ("; some differ in marks or blanks that are not seen" * look_alike(double)),
        )
    sizes = {label: counts[label] for label in labels}
    if problem := problem_of_classes(sizes, name, "pictures", "take its folder away"):
        raise problem


def check_forms(places: Places, name: str) -> None:
    """Raise DataError for folders above those of classes that hold forms of the same pictures."""
    classes_below: dict[str, set[str]] = {}
    for place in places:
        for above in place[:-1]:
            if FORM.fullmatch(above):
                classes_below.setdefault(above, set()).add(place[-1])
    forms = sorted(classes_below)
    if len(forms) > 1 and set.intersection(*classes_below.values()):
        raise DataError(
            f"{some(forms, 3)} of {name} seem to hold the same pictures in several forms: one form "
            "of a picture would be learned, and tested on in another.",
            hint=f"give one of these folders, such as {excerpt(forms[-1])}",
        )


def check_depths(places: Places, name: str) -> None:
    """Raise DataError for a folder of pictures that holds folders of other pictures as well.

    Nobody can tell whether dogs/pug is a class of its own or some of the dogs.
    """
    for place in sorted(places):
        below = {inner[len(place)] for inner in places if inner[: len(place)] == place != inner}
        below -= {each for each in below if part_of(each)} | {*place[-1:]}
        if place and below and not any(map(part_of, place[-1:])):
            raise DataError(
                f"The folder {quote('/'.join(place))} of {name} holds pictures, and folders of "
                f"pictures ({some(sorted(below), 3)}), and each would be a class.",
                hint="put all pictures of a class into its folder, or those that lie above into "
                "one of their own",
            )


def classes_in_names(stems: Iterable[str]) -> list[str]:
    """Return the words with which names begin (cat.1, dog.1) if they may be classes, or none."""
    words = Counter(m[1] for stem in stems if (m := re.match(r"([^\W\d_]{2,})[\W_]*[0-9]", stem)))
    total = sum(words.values())
    likely = sorted(word for word in words if FEWEST_OF_A_CLASS <= words[word] < total)
    return likely if 2 <= len(likely) <= MOST_IN_NAMES else []


def suggest_classes(counts: Mapping[str, int], places: Places) -> list[Suggestion]:
    """Return what the classes are, so that their owner sees them; what was left out is said."""
    labels = sorted((label for label in counts if label), key=lambda label: -counts[label])
    examples = [f"{excerpt(label, 20)} ({counts[label]:,})" for label in labels[:MOST_NAMES]]
    more = f" and {len(labels) - MOST_NAMES:,} more" if len(labels) > MOST_NAMES else ""
    reason = f"{', '.join(examples)}{more}, called by the folders in which pictures lie"
    above = _names_above(places)
    if len(above) > 1 or set(above) & set(labels):
        reason += f", not by those above them ({some(above, 3)})"
    if len(above) >= MANY_ABOVE:
        reason += (
            "; if each of those is a patient or a place, state image_split=group and, as "
            "group_pattern, what tells it in the names of files: else one is in several parts"
        )
    choices = [Suggestion("classes", f"{len(labels):,}", reason)]
    if counts.get("", 0):
        why = "pictures in no folder of a class (train and the like are none) are left out"
        choices.append(Suggestion("without class", f"{counts['']:,}", why))
    return choices


def _names_above(places: Places) -> list[str]:
    """Return the names of folders above those that name classes, where several lie in one."""
    names = {place[-2] for place in places if len(place) > 1}
    return sorted(name for name in names if not part_of(name))
