"""Learn the word classes anew from unmarked news: `python -m stream.detection.build_word_classes ARTICLES.jsonl[.gz]`.

A development tool (needs scikit-learn). Words are grouped by the words that stand two places to their left and right:
positive pointwise mutual information, reduced to 100 dimensions, k-means (Levy and Goldberg 2014 for the measure). What
is written holds word forms only.
"""

from __future__ import annotations

import argparse
import gzip
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from sklearn.cluster import MiniBatchKMeans
from sklearn.decomposition import TruncatedSVD
from sklearn.preprocessing import normalize

from stream.detection.marks import read_records
from stream.detection.morphology import conjunctions
from stream.detection.text import Text
from stream.detection.word_classes import WORD_CLASSES_FILE

MIN_COUNT = 12
CONTEXTS = 6000
SIDES = (-2, -1, 1, 2)
DIMENSIONS = 100
CLASSES = 400


def read_words(paths: list[Path]) -> list[list[str]]:
    """The normalised words of each article, a conjunction before a commoner word taken off."""
    documents = [
        Text(record.get("title", "")).words + Text(record.get("body", "")).words
        for path in paths
        for record in read_records(path)
    ]
    counts = Counter(word for document in documents for word in document)

    def bare(word: str) -> str:
        rest = word[1:]
        return rest if word.startswith(conjunctions()) and len(word) > 4 and counts[rest] > counts[word] else word

    return [[bare(word) for word in document] for document in documents]


def cluster(documents: list[list[str]]) -> list[list[str]]:
    """Group the words that are common enough; the words of a class by falling frequency."""
    counts = Counter(word for document in documents for word in document)
    vocabulary = [word for word, n in counts.most_common() if n >= MIN_COUNT and not word[0].isdigit()]
    number = {word: i for i, word in enumerate(vocabulary)}
    cells: Counter[tuple[int, int]] = Counter()
    for document in documents:
        ids = [number.get(word, -1) for word in document]
        for i, row in enumerate(ids):
            if row < 0:
                continue
            for side, step in enumerate(SIDES):
                j = i + step
                if 0 <= j < len(ids) and 0 <= ids[j] < CONTEXTS:
                    cells[row, side * CONTEXTS + ids[j]] += 1
    rows, columns = (np.array(x) for x in zip(*cells, strict=True))
    values = np.array(list(cells.values()), dtype=float)
    shape = (len(vocabulary), CONTEXTS * len(SIDES))
    matrix = sp.csr_matrix((values, (rows, columns)), shape=shape)
    by_row, by_column = np.asarray(matrix.sum(1)).ravel(), np.asarray(matrix.sum(0)).ravel()
    total = values.sum()
    # Contexts are smoothed by the power 0.75.
    weights = np.log(values * total / (by_row[rows] * by_column[columns] ** 0.75 * total**0.25))
    kept = weights > 0
    positive = sp.csr_matrix((weights[kept], (rows[kept], columns[kept])), shape=shape)
    vectors = normalize(TruncatedSVD(DIMENSIONS, random_state=1, n_iter=4).fit_transform(positive))
    labels = MiniBatchKMeans(CLASSES, random_state=1, n_init=3, batch_size=4000, max_iter=60).fit_predict(vectors)
    classes: list[list[str]] = [[] for _ in range(CLASSES)]
    for word, label in zip(vocabulary, labels, strict=True):
        classes[label].append(word)
    return classes


def main() -> None:
    """Read articles, write the class file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", nargs="+", type=Path, help="articles, JSON lines, plain or gzip")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "lexicons" / WORD_CLASSES_FILE)
    options = parser.parse_args()
    classes = cluster(read_words(options.articles))
    text = "\n".join(" ".join(words) for words in classes)
    options.output.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    sys.stderr.write(f"{sum(map(len, classes))} words in {len(classes)} classes: {options.output}\n")


if __name__ == "__main__":
    main()
