"""Array types, independent random streams, and draws that are vectors over patients."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


class Stage(IntEnum):
    """What is drawn. Each stage has its own stream, so a new one at the end changes none of the others."""

    POPULATION = 0
    ELIGIBILITY = 1
    STATE = 2
    VISITS = 3
    DOSING = 4
    STOPPING = 5
    SIDE_EFFECTS = 6
    BASELINE = 7
    SCORES = 8
    COMPANIONS = 9
    MEDICATIONS = 10
    INDICATIONS = 11
    SIDE_EFFECT_DETAILS = 12
    DESIGN = 13
    PRODUCT = 14
    USUAL_MEDICATION = 15


def stream(seed: int, stage: Stage, batch: int = 0) -> np.random.Generator:
    """Return the random stream of a stage: a child of the seed, the same as `SeedSequence.spawn` gives.

    Parameters
    ----------
    seed : int
        Seed of the whole simulation.
    stage : Stage
        What is drawn from it.
    batch : int
        0 for the cohort; further numbers for the batches of the expected values.
    """
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(batch, int(stage))))


def choose(random: np.random.Generator, probabilities: Mapping[str, float], size: int) -> IntArray:
    """Draw positions in a mapping of values to their probabilities.

    Parameters
    ----------
    random : Generator
        Where to draw from.
    probabilities : mapping of str to float
        Value: probability; they sum to one.
    size : int
        Number of draws.
    """
    return choose_row(random, np.array(list(probabilities.values()))[np.newaxis, :], np.zeros(size, dtype=np.int64))


def choose_row(random: np.random.Generator, probabilities: FloatArray, row: IntArray) -> IntArray:
    """Draw a column of a table of probabilities for each given row.

    Parameters
    ----------
    random : Generator
        Where to draw from.
    probabilities : ndarray, shape (r, k)
        Not negative; each row is scaled to sum to one.
    row : ndarray, shape (n,)
        Row of each draw.
    """
    cumulative = np.cumsum(probabilities, axis=1)
    cumulative /= cumulative[:, -1:]
    passed = random.random(len(row))[:, np.newaxis] >= cumulative[:, :-1][row]
    drawn: IntArray = passed.sum(axis=1, dtype=np.int64)
    return drawn


def cut_normal(
    uniform: FloatArray, mean: FloatArray, sd: FloatArray, lowest: FloatArray, highest: FloatArray
) -> FloatArray:
    """Turn uniform numbers into draws from normal distributions cut at both ends.

    Parameters
    ----------
    uniform : ndarray, shape (n,)
        Between 0 and 1.
    mean, sd, lowest, highest : ndarray, shape (n,)
        Of each draw.
    """
    below, above = ndtr((lowest - mean) / sd), ndtr((highest - mean) / sd)
    return np.clip(mean + sd * ndtri(below + uniform * (above - below)), lowest, highest)
