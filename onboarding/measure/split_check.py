"""Whether people were divided as the split says.  Pure.

Theory.  A split of 50/50 that gave 600 and 400 people is broken, whatever the goal says: a fault lets people of one arm
go missing, and who is missing may be just who would have done it.  Such a report must not be believed.

The check is the e-value of Lindon and Malek, “Anytime-valid inference for multinomial count data” (2020, arXiv
2011.03567): how much better a wrong split explains the counts than the right one does.

    e = P(counts | shares that differ a little from those of the file) / P(counts | the shares of the file)

The numerator is a Dirichlet-multinomial probability: shares drawn from a Dirichlet distribution around those of the
file.  If the split is right, e is above 1,000 in at most 1 of 1,000 comparisons, however often one looks.
"""

from collections.abc import Sequence
from math import lgamma, log

ALPHA = 0.001
"""How often a right split may be called off, over all looks together."""
CONCENTRATION = 100
"""How near to the shares of the file a broken split is thought to be: of halves, about 5 points off.  A smaller number
would find gross faults some people sooner, and small ones thousands of people later."""


def measure_split_evidence(counts: Sequence[int], shares: Sequence[float]) -> float:
    """Return the logarithm of the e-value: above 0, the counts speak against the shares; ``shares`` add up to 1."""
    # Halves, 60 and 40 people.  A Dirichlet around halves gives 50 + 50; lgamma is the logarithm of (n - 1)!:
    # lgamma(100) - lgamma(200) + lgamma(110) - lgamma(50) + lgamma(90) - lgamma(50) - 100 · log(0.5) = 0.66,
    # so e = 1.9: nothing.  600 and 400 give log(e) = 17.1, so e = 27 million.
    evidence = lgamma(CONCENTRATION) - lgamma(CONCENTRATION + sum(counts))
    for count, share in zip(counts, shares, strict=True):
        weight = CONCENTRATION * share
        evidence += lgamma(weight + count) - lgamma(weight) - count * log(share)
    return evidence


def is_split_off(counts: Sequence[int], shares: Sequence[float], *, alpha: float = ALPHA) -> bool:
    """Return True if people were not divided by these shares; an arm with a share of 0 must be empty."""
    pairs = list(zip(counts, shares, strict=True))
    if any(count and not share for count, share in pairs):
        return True
    used = [(count, share) for count, share in pairs if share]
    total = sum(share for _, share in used)
    evidence = measure_split_evidence([count for count, _ in used], [share / total for _, share in used])
    return evidence > -log(alpha)
