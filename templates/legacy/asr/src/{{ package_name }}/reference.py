"""Another recogniser on the same clips, where it is installed: pocketsphinx with the same words.

It was trained on real American speech and has never seen this task; `pip install pocketsphinx`
brings it with its model (BSD). A win over it on synthetic speech says little.
"""

from __future__ import annotations

from collections.abc import Sequence

from .data.synthesize import Clip
from .progress import track


def pocketsphinx(words: Sequence[str], clips: Sequence[Clip]) -> list[str] | None:
    """Return its answer to each clip under a grammar of any words in any order; None without it."""
    try:
        from pocketsphinx import Decoder
    except ImportError:
        return None
    decoder = Decoder(lm=None, loglevel="FATAL")
    if any(decoder.lookup_word(word) is None for word in words):
        return None
    grammar = f"#JSGF V1.0; grammar words; public <string> = ({' | '.join(words)})+ ;"
    decoder.add_jsgf_string("words", grammar)
    decoder.activate_search("words")
    answers = []
    for clip in track(clips, "Asking pocketsphinx"):
        decoder.start_utt()
        decoder.process_raw(clip.samples.tobytes(), full_utt=True)
        decoder.end_utt()
        best = decoder.hyp()
        answers.append(best.hypstr if best else "")
    return answers
