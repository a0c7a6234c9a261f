"""The words of this tool in plain language, and its method in plain sentences; searchable. Pure."""

from data.places import fold

TERMS = {
    "Common": "Two layers use one corridor in the same direction. It never says that the same people move both.",
    "Co-location": "Two things are near in space and time. That alone is no link between them.",
    "Confidence interval (95 %)": "The range that holds the true figure in 95 of 100 cases, if the assumptions hold.",
    "Corridor": "The band that many routes share. It has no direction; the flows in it do.",
    "Coverage of pairs": "The estimated share of all movement of a layer that runs between places already seen "
    "together. Near 100 %, new records repeat known pairs; near 0 %, almost every record opens a new pair.",
    "Crossing": "Two layers meet on a corridor but do not run along each other.",
    "Custody event": "Who held an item, where, and from when: made, exported, imported, sold, lost or stolen, seized.",
    "D": "Shared direction of two layers, from -1 (all records run opposite ways) to +1 (all run the same way).",
    "Destination not reached": "The record names a destination that the goods never reached: they were seized before.",
    "Diversion point": "The first holder known to be outside lawful control. Often it lies between two dates.",
    "Dyad": "Another word for a pair of places: where a flow begins and where it ends.",
    "Emerging, fading": "A flow whose records a year rose or fell between two periods by more than chance gives, "
    "after correcting for the number of flows looked at.",
    "Flow": "The number of records from one place to another over a period: a number, not a path.",
    "Insufficient": "Too few records, or too vague ones, to say anything. It does not mean that nothing moves.",
    "Inverse": "Two layers use one corridor in opposite directions, such as firearms one way and drugs the other.",
    "Layer": "One kind of record: firearms, drugs, human trafficking, terrorism, or what else the sources hold.",
    "Leg": "A directed hop between two places that follow each other on a journey.",
    "Marking": "Who may see the data, after the Traffic Light Protocol: from TLP:CLEAR (anyone) to TLP:RED.",
    "Mixed": "Two layers use one corridor, and both directions are used without one prevailing.",
    "Modus operandi": "How it was done: by parcel, in parts, over the darknet, printed, converted, concealed, or else.",
    "Nexus": "Two things linked by a documented case.",
    "Note": "An analyst's own words about a corridor, kept in the store. No finding, and in no export for everyone.",
    "Null model": "What would be expected if only the size of the hubs and the distance between places counted.",
    "Place precision": "How exactly a record names a place: a point, a town, a district, a state, or only a country.",
    "Quarantine": "Rows of a file that were read and set aside, each with the reason.",
    "q": "The share of false alarms to expect among all findings that stand out at least as much.",
    "Rate ratio": "Records a year in one period divided by records a year in another: 2 means twice as many.",
    "Records": "What was found and published. Records are not volumes and depend on who looks and who publishes.",
    "Reporting year": "A year in which the source has any record of the layer in a country. Only such years count "
    "when periods are compared.",
    "Route": "Legs in the order of travel; documented, or inferred.",
    "Saved view": "A page with its filters under a name. Saved views are walked one after another, as in a briefing.",
    "Seizure": "One act of taking items out of circulation, on a day, at a place: seized, found or surrendered.",
    "Silence": "A country without records in a year. It may not have looked, found, or published; it is not absence.",
    "Snapshot": "A frozen export that can be made again from its own description.",
    "Suppressed count": "A small number that the publisher prints only as a range, such as 1 to 4.",
    "Time to crime": "The days from the first retail sale of a firearm to its seizure.",
    "Trace": "The answer to a request to follow one item's owners: a list of custody events.",
    "Unresolved name": "A published place name that the gazetteer does not know. It is listed, never guessed.",
    "Waypoint": "A place on a journey, with its order.",
}
METHOD = (
    "Records are published reports of seizures, traces, detected victims and incidents. Each keeps its source, file "
    "and row. A record that several files of one source hold counts once.",
    "Where a record names several places in order, each hop between two known places is a leg with a direction. "
    "Lawful trade, from the maker to the last lawful holder, is left out of the flows.",
    "A leg weighs 1 where the movement was observed, less where it only states a destination that was not reached or "
    "where only the last lawful holder and the place of recovery are known.",
    "Every leg is laid over the paths it may have taken. Two layers are compared where they share such paths: the "
    "same way is common, the opposite way is inverse. A word needs at least 5 weighted records of each layer and a "
    "probability of 90 %.",
    "Flows between countries and flows between places are never compared with each other.",
    "Hubs that two layers share make shared corridors by themselves. A null model says how much hubs and distance "
    "alone would give; what does not exceed it is marked so.",
    "Coverage of pairs follows Chao and Jost (2012): how many pairs of places were seen only once and how many twice "
    "tells how much has not been seen at all.",
    "Two periods are compared by the exact interval of the ratio of two rates, with records counted as a little less "
    "than independent. Only years count in which the same source reported on one of the two countries. The words "
    "emerging and fading are corrected for the number of flows looked at.",
    "No statement here is about a person, and none says that two layers are moved by the same network.",
)


def found(query: str) -> dict[str, str]:
    """Return the terms whose name or meaning holds every word of the query, those with it in the name first."""
    wanted = fold(query).split()
    hits = {term: fold(f"{term} {meaning}") for term, meaning in TERMS.items()}
    kept = [term for term, text in hits.items() if all(word in text for word in wanted)]
    kept.sort(key=lambda term: (not all(word in fold(term) for word in wanted), term.lower()))
    return {term: TERMS[term] for term in kept}
