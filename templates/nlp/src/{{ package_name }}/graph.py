"""From a fitted candidate to its ONNX graph, and the texts that test the two against each other."""

import numpy as np
from onnx import checker, numpy_helper, parser
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from .errors import ProjectError

EXACT = "a TfidfVectorizer, then DummyClassifier or LogisticRegression"  # what this graph computes

# A text's terms -> probabilities: TF-IDF as scikit-learn has it (sublinear, of unit length), one
# weight for each term and class, softmax. Terms are ids, so a text costs its length.
GRAPH = """
<ir_version: 8, opset_import: ["" : 18]>
model (int64[texts, n] ids, float[texts, n] counts) => (float[texts, classes] probabilities)
<float one = {1.0}, float tiny = {1e-12}, int64[1] terms = {1}, int64[1] last = {2}>
{
    present = Sign (counts)
    at_least_one = Max (counts, one)
    logarithm = Log (at_least_one)
    frequency = Add (logarithm, one)
    inverse = Gather (idf, ids)
    product = Mul (frequency, inverse)
    values = Mul (product, present)
    length = ReduceL2 (values, terms)
    positive_length = Max (length, tiny)
    unit = Div (values, positive_length)
    weights = Gather (weight, ids)
    column = Unsqueeze (unit, last)
    weighted = Mul (weights, column)
    sums = ReduceSum <keepdims = 0> (weighted, terms)
    logits = Add (sums, bias)
    probabilities = Softmax <axis = 1> (logits)
}
"""
EDGE_TEXTS = (
    "",
    " \t\r\n\0",
    "a",
    "\N{GRINNING FACE}\N{PARTY POPPER} \N{FIRE}",
    "Grüße, Привет, 你好, مرحبا, שלום",
    "\N{ZERO WIDTH JOINER}\N{RIGHT-TO-LEFT OVERRIDE}text\x7f\N{ZERO WIDTH NO-BREAK SPACE}",
    "İstanbul ΟΔΟΣ ΣΑΣ",  # letters whose lower case is special
    "e\N{COMBINING ACUTE ACCENT}" * 50,
    "word " * 5000,
    "x" * 10_000,
)


def require_exact(pipeline: Pipeline) -> Pipeline:
    """Return a pipeline that the graph computes; ``ProjectError`` for another, and which one is."""
    match list(pipeline):
        case [TfidfVectorizer(), DummyClassifier() | LogisticRegression()]:
            return pipeline
    steps = " and ".join(type(step).__name__ for step in pipeline)
    raise ProjectError(f"{steps} cannot be exported.", f"Use {EXACT}.")


def convert(pipeline: Pipeline) -> bytes:
    """Return the graph of a fitted pipeline: ids and counts in, probabilities out."""
    vectorizer, classifier = pipeline
    terms, classes = len(vectorizer.vocabulary_), len(classifier.classes_)
    if isinstance(classifier, DummyClassifier):
        weight, bias = np.zeros((terms, classes)), np.log(classifier.class_prior_)
    else:
        weight, bias = classifier.coef_.T, classifier.intercept_
        if classes == 2:  # scikit-learn keeps the log-odds of the second class alone
            weight, bias = np.pad(weight, ((0, 0), (1, 0))), np.pad(bias, (1, 0))
    model = parser.parse_model(GRAPH)
    constants = {"idf": vectorizer.idf_, "weight": weight, "bias": bias}
    for name, array in constants.items():
        tensor = numpy_helper.from_array(np.asarray(array, np.float32), name)
        model.graph.initializer.append(tensor)
    checker.check_model(model)
    return bytes(model.SerializeToString())
