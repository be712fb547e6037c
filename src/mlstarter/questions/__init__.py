"""Which questions apply, which answers are valid, and asking them in a terminal."""

from mlstarter.questions.complete import complete
from mlstarter.questions.load import load
from mlstarter.questions.model import Answers, Choice, InvalidAnswer, Question, Questionnaire

__all__ = ["Answers", "Choice", "InvalidAnswer", "Question", "Questionnaire", "complete", "load"]
