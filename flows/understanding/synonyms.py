"""Words that people use for one another when they ask: “bicycle” for “bike”, “hire” for “rent”.

Only a word that a table does not hold is looked up here, so a team that tells two of them apart keeps them apart.
"""

from collections.abc import Mapping

_GROUPS = (
    "bike bikes bicycle bicycles cycle",
    "rad räder fahrrad fahrräder drahtesel velo bike bikes ebike ebikes",
    "rent rental hire borrow lend lease renting renting-out loan",
    (
        "mieten vermieten vermietet vermietung leihen verleihen verleiht leiht leihe ausleihen leih verleih "
        "mietrad leihrad ersatzrad"
    ),
    "pay payment pays paying payments",
    "bezahlen zahlen zahlt bezahlt zahlung bezahlung zahlungen barzahlung kartenzahlung",
    "card cards mastercard visa amex credit debit contactless",
    "karte karten kreditkarte kreditkarten girokarte ec kontaktlos",
    "cash coins",
    "bar bargeld cash",
    "open opening opened opens close closes closing closed shut",
    "geöffnet offen öffnet öffnen schliesst schliessen geschlossen aufmacht zumacht",
    "öffnungszeiten geschäftszeiten ladenzeiten bürozeiten öffnungszeit",
    "hours times",
    "repair repairs repaired fix mend",
    "reparatur reparaturen repariert reparieren reparierst reparierung",
    "service inspection maintenance check-up checkup tune-up tuneup overhaul servicing",
    "inspektion wartung durchsicht service check checken",
    "ready finished done completed back",
    "fertig repariert abholbereit zurück",
    "deliver delivery delivered ship shipping shipment parcel post dispatch package",
    "lieferung liefern geliefert versand verschicken verschickt versenden versendet paket zusenden päckchen sendung",
    "collect pickup fetch collection",
    "abholen abholung abgeholt geholt holt holen abholservice abholdienst",
    "warranty guarantee guaranteed covered coverage",
    "price prices cost costs rate rates fee fees charge charges tariff",
    "preis preise kosten kostet gebühr gebühren tarif tarife",
    "garantie gewährleistung garantiert",
    "park parking carpark",
    "parken parkplatz parkplätze parkhaus stellplatz stellplätze parke parkt",
    "car auto vehicle",
    "auto wagen pkw",
    "privacy gdpr",
    "datenschutz dsgvo datenschutzerklärung",
    "shop store",
    "laden geschäft filiale",
)
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    word: tuple(
        dict.fromkeys(
            other for members in _GROUPS if word in members.split() for other in members.split() if other != word
        )
    )
    for group in _GROUPS
    for word in group.split()
}
"""By word, the others that may stand for it."""
