"""Whole answers that say yes or no to a question of fact, and agree to no consent: “works”, “hab ich schon”."""

FACT_YES = frozenset((
    "mhm", "uh huh", "uhuh", "mm hm", "mmhm", "roger", "roger that", "okie dokie", "okey dokey", "obviously",
    "naturally", "guess", "suppose", "suppose so", "suits", "appreciate", "appreciated", "may", "works", "suits fine",
    "helpful", "super helpful", "hilfreich", "super hilfreich", "klappt", "geklappt", "darum", "wahrscheinlich ja",
    "ja wahrscheinlich", "vermutlich ja", "ja vermutlich", "probably yes", "yes probably", "kinda yes", "denk ja",
    "denk schon", "tun", "positive", "course", "safe", "hundertpro", "suits whenever", "whenever suits",
    "ruft ruhig durch",
))  # fmt: skip
"""A yes to a question, no consent: whole answers without their fillers (“that suits me”, “ich bitte darum”)."""
FACT_NO = frozenset((
    "wrong", "broken", "incorrect", "false", "falsch", "forget", "vergiss", "kaum", "wohl kaum", "weniger", "lasst gut",
    "ruf selber", "ruf selbst", "rufe selber", "rufe selbst", "melde selber", "melde selbst",
))  # fmt: skip
"""A no to a question: whole answers without their fillers (“that's wrong”, “forget it”, “eher weniger”)."""
WHOLE_YES = frozenset((
    "you can", "you may", "so ist es", "eigentlich schon", "schon", "bitte machen", "das klappt", "hab ich",
    "hab ich schon", "habe ich", "habe ich schon", "habe i", "habe i schon", "i already do", "i already have",
    "already have", "already done", "schon lange", "seit jahren", "seit ewigkeiten", "schon ewig",
))  # fmt: skip
"""A yes to a question that consists of fillers alone."""
