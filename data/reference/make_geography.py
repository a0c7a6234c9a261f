"""Derive the tables and map files of this folder from one unpacked Natural Earth package.

Package: Debian ``qgis-common`` 3.22.16+dfsg-1, file ``usr/share/qgis/resources/data/world_map.gpkg``: Natural Earth
4.1.0, 1:10 million, simplified by the package; public domain. Country and division codes: ISO 3166, as listed by the
Python package pycountry 26.2.16, used here and nowhere at run time. Regions: UN M49, written out below.

Run from the top of the project, with geopandas and pycountry at hand:
``python -m data.reference.make_geography path/to/world_map.gpkg``
"""

import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pycountry
import shapely
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Polygon
from shapely.ops import linemerge, substring

from data.places import US_TERRITORIES, fold

HERE = Path(__file__).parent

# UN M49, finest level (intermediate region where one exists), read 2026-11. Kosovo and Taiwan have no M49 entry of
# their own and stand with their neighbours; Antarctica belongs to no region.
SUBREGIONS = {
    ("Africa", "Northern Africa"): "DZA EGY ESH LBY MAR SDN TUN",
    (
        "Africa",
        "Eastern Africa",
    ): "ATF BDI COM DJI ERI ETH IOT KEN MDG MOZ MUS MWI MYT REU RWA SOM SSD SYC TZA UGA ZMB ZWE",
    ("Africa", "Middle Africa"): "AGO CAF CMR COD COG GAB GNQ STP TCD",
    ("Africa", "Southern Africa"): "BWA LSO NAM SWZ ZAF",
    ("Africa", "Western Africa"): "BEN BFA CIV CPV GHA GIN GMB GNB LBR MLI MRT NER NGA SEN SHN SLE TGO",
    ("Americas", "Caribbean"): "ABW AIA ATG BES BHS BLM BRB CUB CUW CYM DMA DOM GLP GRD HTI JAM KNA LCA MAF MSR MTQ "
    "PRI SXM TCA TTO VCT VGB VIR",
    ("Americas", "Central America"): "BLZ CRI GTM HND MEX NIC PAN SLV",
    ("Americas", "South America"): "ARG BOL BRA BVT CHL COL ECU FLK GUF GUY PER PRY SGS SUR URY VEN",
    ("Americas", "Northern America"): "BMU CAN GRL SPM USA",
    ("Asia", "Central Asia"): "KAZ KGZ TJK TKM UZB",
    ("Asia", "Eastern Asia"): "CHN HKG JPN KOR MAC MNG PRK TWN",
    ("Asia", "South-eastern Asia"): "BRN IDN KHM LAO MMR MYS PHL SGP THA TLS VNM",
    ("Asia", "Southern Asia"): "AFG BGD BTN IND IRN LKA MDV NPL PAK",
    ("Asia", "Western Asia"): "ARE ARM AZE BHR CYP GEO IRQ ISR JOR KWT LBN OMN PSE QAT SAU SYR TUR YEM",
    ("Europe", "Eastern Europe"): "BGR BLR CZE HUN MDA POL ROU RUS SVK UKR",
    ("Europe", "Northern Europe"): "ALA DNK EST FIN FRO GBR GGY IMN IRL ISL JEY LTU LVA NOR SJM SWE",
    ("Europe", "Southern Europe"): "ALB AND BIH ESP GIB GRC HRV ITA MKD MLT MNE PRT SMR SRB SVN VAT XKX",
    ("Europe", "Western Europe"): "AUT BEL CHE DEU FRA LIE LUX MCO NLD",
    ("Oceania", "Australia and New Zealand"): "AUS CCK CXR HMD NFK NZL",
    ("Oceania", "Melanesia"): "FJI NCL PNG SLB VUT",
    ("Oceania", "Micronesia"): "FSM GUM KIR MHL MNP NRU PLW UMI",
    ("Oceania", "Polynesia"): "ASM COK NIU PCN PYF TKL TON TUV WLF WSM",
}
# Short names where ISO's own is long, inverted or formal.
NAMES = {
    "BES": "Bonaire, Sint Eustatius and Saba",
    "BRN": "Brunei",
    "COD": "Democratic Republic of the Congo",
    "COG": "Congo",
    "FLK": "Falkland Islands (Malvinas)",
    "FSM": "Micronesia",
    "KOR": "South Korea",
    "LAO": "Laos",
    "PRK": "North Korea",
    "PSE": "Palestine",
    "RUS": "Russia",
    "SHN": "Saint Helena",
    "SYR": "Syria",
    "VAT": "Holy See",
    "VGB": "British Virgin Islands",
    "VIR": "United States Virgin Islands",
    "VNM": "Viet Nam",
}
# UNODC's regional groupings count these in Europe; their M49 subregion stays Western Asia.
UNODC_REGION = {"CYP": "Europe", "TUR": "Europe"}
KOSOVO = ("XKX", "XK", "", "Kosovo")  # user-assigned codes; ISO 3166-1 has none
# Divisions of the package that ISO 3166-1 lists as countries.
OVERSEAS = {
    "Guadeloupe": "GLP",
    "Martinique": "MTQ",
    "Mayotte": "MYT",
    "Guyane française": "GUF",
    "La Réunion": "REU",
    "Svalbard": "SJM",
    "Bouvet Island": "BVT",
    "Bonaire": "BES",
    "Christmas Island": "CXR",
    "Cocos (Keeling) Islands": "CCK",
    "Tokelau": "TKL",
}
OUTLYING = {"NL": "BES", "NO": "SJM"}  # parts west of Greenwich: Saba and Sint Eustatius; Jan Mayen
# Areas the package keeps apart and ISO 3166-1 does not: drawn with the state whose territory they are in UN usage,
# the military bases and the glacier with the state that holds them. Spratly and Clipperton are left out.
APART = {
    "Somaliland": "SOM",
    "Northern Cyprus": "CYP",
    "Dhekelia": "CYP",
    "Akrotiri": "CYP",
    "Guantanamo Bay USNB": "CUB",
    "Kashmir": "IND",
    "Baykonur lease in Qyzylorda": "KAZ",
    "Crimea": "UKR",
    "Sevastopol": "UKR",
}
SAHARA = shapely.box(-18.0, 20.0, -8.66, 27.667)  # Western Sahara: south of 27 degrees 40 minutes north
HAND_POINTS = {"VAT": (12.4534, 41.9033)}  # no polygon in the package; degrees, chosen by eye 2026-11
# Codes of divisions whose name in the package is not the one ISO 3166-2 lists.
HAND_CODES = {
    ("MEX", "Coahuila"): "MX-COA",
    ("MEX", "Distrito Federal"): "MX-CMX",
    ("MEX", "Michoacán"): "MX-MIC",
    ("MEX", "Veracruz"): "MX-VER",
    ("COL", "San Andrés y Providencia"): "CO-SAP",
    ("UKR", "Crimea"): "UA-43",
    ("UKR", "Sevastopol"): "UA-40",
}
MORE_NAMES = {
    "CO-DC": "Bogotá, D.C.",
    "CO-SAP": "Archipiélago de San Andrés, Providencia y Santa Catalina",
    "MX-CMX": "Mexico City",
    "US-DC": "Washington DC",
}

MIN_PART_DEG2 = 0.05  # an island smaller than this is drawn only as the largest of its country; by eye, 2026-11
TOLERANCE_DEG = 0.14  # of coverage_simplify; by eye, 2026-11, for a file under 450 KB
SMALL_DEG2 = 0.5  # islands smaller than this keep their shape and a third decimal
TINY_DEG2 = 0.1  # so do countries smaller than this with neighbours; they are drawn last, over a coarser neighbour
SOUTH_DEG = -60.0
STATE_TOLERANCE_DEG = 0.03
DISPUTED_TOLERANCE_DEG = 0.02
DASH_DEG = 0.35
MIN_DASH_DEG = 0.02  # shorter strokes would round to a point


def iso_rows() -> list[tuple[str, str, str, str]]:
    """Return (alpha-3, alpha-2, numeric, name) of every country of ISO 3166-1, and Kosovo."""
    rows = [
        (c.alpha_3, c.alpha_2, c.numeric, NAMES.get(c.alpha_3, getattr(c, "common_name", c.name)))
        for c in pycountry.countries
    ]
    return sorted([*rows, KOSOVO])


def polygons(countries: gpd.GeoDataFrame, states: gpd.GeoDataFrame) -> dict[str, list[Polygon]]:
    """Return the polygons of every country by alpha-3 code, overseas parts under their own code."""
    iso3 = {iso2: code for code, iso2, _, _ in iso_rows()}
    apart = {name: states.loc[states["name"] == name].geometry.union_all() for name in {**OVERSEAS, **APART}}
    found: dict[str, list[Polygon]] = {}
    for row in countries.itertuples():
        for part in shapely.get_parts(row.geometry):
            inside = part.representative_point()
            named = next((name for name, area in apart.items() if area.intersects(inside)), "")
            code = OVERSEAS.get(named) or APART.get(named) or iso3.get(row.iso_a2, "")
            if not named and inside.x < 0:
                code = OUTLYING.get(row.iso_a2, code)
            if code:
                found.setdefault(code, []).append(part)
    morocco, sahara = (shapely.union_all(found[code]) for code in ("MAR", "ESH"))
    found["MAR"] = list(shapely.get_parts(morocco.difference(SAHARA)))
    found["ESH"] = list(shapely.get_parts(sahara.union(morocco.intersection(SAHARA))))
    return found


def point_of(parts: Iterable[Polygon]) -> tuple[float, float]:
    """Return lon and lat of the largest polygon's centre of area, or of a point inside where the centre is not."""
    largest = max(parts, key=lambda part: part.area)
    lon, lat = largest.centroid.coords[0]
    local = f"+proj=laea +lon_0={lon} +lat_0={lat}"
    centre = gpd.GeoSeries([largest], crs=4326).to_crs(local).centroid.to_crs(4326).iloc[0]
    inside = centre if largest.contains(centre) else largest.representative_point()
    return round(inside.x, 4), round(inside.y, 4)


def country_rows(found: dict[str, list[Polygon]]) -> Iterator[tuple[object, ...]]:
    """Yield the rows of countries.csv."""
    regions = {code: names for names, codes in SUBREGIONS.items() for code in codes.split()}
    for iso3, iso2, numeric, name in iso_rows():
        lon, lat = HAND_POINTS.get(iso3) or point_of(found[iso3])
        region, subregion = regions.get(iso3, ("", ""))
        yield iso3, iso2, numeric, name, UNODC_REGION.get(iso3, region), subregion, lon, lat


def iso_divisions() -> dict[tuple[str, str], tuple[str, str]]:
    """Return (ISO 3166-2 code, name) by (alpha-2, folded name), where the name is unique in its country."""
    listed = [((s.country_code, fold(s.name)), (s.code, s.name)) for s in pycountry.subdivisions]
    count = Counter(key for key, _ in listed)
    return {key: value for key, value in listed if count[key] == 1}


def division_rows(states: gpd.GeoDataFrame, found: dict[str, list[Polygon]]) -> Iterator[tuple[object, ...]]:
    """Yield the rows of divisions.csv, by id; a country with a single division has none."""
    iso2 = {code: alpha2 for code, alpha2, _, _ in iso_rows()}
    named = {code: name for code, _, _, name in iso_rows()}
    known, taken = iso_divisions(), set[str]()
    grouped = _named(states, iso2).groupby(["country_id", "name"])
    single = {code for code, count in Counter(code for code, _ in grouped.groups).items() if count == 1}
    rows: list[list[Any]] = []
    for (country_id, name), group in sorted(grouped, key=lambda item: item[0]):
        if country_id in single:
            continue
        others = [name, *(text for text in (*group["gn_name"], *group["woe_name"]) if isinstance(text, str))]
        code, iso_name = _iso_match(iso2[country_id], others, known, HAND_CODES.get((country_id, name), ""))
        code = "" if code in taken else code
        place_id = code or f"{country_id}:{fold(name).replace(' ', '-')}"
        taken.add(place_id)
        extra = [*others[1:], iso_name, MORE_NAMES.get(place_id, "")]
        rows.append([place_id, name, country_id, *point_of(shapely.get_parts(group.geometry.union_all())), extra])
    for country_id, place_id in US_TERRITORIES.items():
        rows.append([place_id, named[country_id], "USA", *point_of(found[country_id]), []])
    yield from _without_ambiguous_names(rows)


def _iso_match(
    iso2: str, names: Iterable[str], known: dict[tuple[str, str], tuple[str, str]], by_hand: str
) -> tuple[str, str]:
    """Return (ISO 3166-2 code, name) of the first of the names that ISO lists, or two empty texts."""
    if by_hand:
        return by_hand, pycountry.subdivisions.get(code=by_hand).name
    return next((known[key] for name in names if (key := (iso2, fold(name))) in known), ("", ""))


def _named(states: gpd.GeoDataFrame, iso2: dict[str, str]) -> gpd.GeoDataFrame:
    """Return the divisions with a country and a name; areas kept apart count as divisions of their country."""
    iso3 = {alpha2: code for code, alpha2 in iso2.items()}
    owner = states["name"].map(APART).fillna(states["iso_a2"].map(iso3))
    name = states["name"].fillna(states["woe_name"]).fillna(states["gn_name"])
    named = states.assign(country_id=owner, name=name)
    return named[named["country_id"].notna() & named["name"].notna() & ~named["name"].isin(OVERSEAS)]


def _without_ambiguous_names(rows: list[list[Any]]) -> Iterator[tuple[object, ...]]:
    """Yield the rows with only those other names that mean one division of the country."""
    own = {(row[2], fold(row[1])) for row in rows}
    count = Counter((row[2], folded) for row in rows for folded in {fold(text) for text in row[5]})
    for row in sorted(rows, key=lambda row: (row[2], row[0])):
        extra = {fold(text): text.replace("|", " ") for text in reversed(row[5]) if fold(text)}
        kept = [extra[folded] for folded in sorted(extra) if count[row[2], folded] == 1 and (row[2], folded) not in own]
        yield (*row[:5], "|".join(kept))


def country_features(found: dict[str, list[Polygon]], names: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Yield one simplified feature per country north of 60 degrees south."""
    kept: list[tuple[str, Polygon]] = []
    for code in sorted(found):
        largest = max(part.area for part in found[code])
        kept += [(code, part) for part in found[code] if part.area >= min(MIN_PART_DEG2, largest)]
    kept = [(code, part) for code, part in kept if part.bounds[1] > SOUTH_DEG]
    # One geometry a country, so that inner seams between its own parts vanish before simplifying.
    whole = {code: shapely.union_all([part for other, part in kept if other == code]) for code, _ in kept}
    whole = dict(sorted(whole.items(), key=lambda item: -item[1].area))
    simple = shapely.coverage_simplify(list(whole.values()), TOLERANCE_DEG)
    for (code, before), after in zip(whole.items(), simple, strict=True):
        alone = all(before.disjoint(area) for other, area in whole.items() if other != code)
        is_small = before.area < (SMALL_DEG2 if alone else TINY_DEG2)
        geometry = rounded_polygons(before if is_small else after, is_small)
        yield feature({"id": code, "name": names[code]}, geometry, 3 if is_small else 2)


def rounded_polygons(geometry: MultiPolygon, is_small: bool) -> MultiPolygon:
    """Return valid polygons on the grid, clockwise outside, as maps on a sphere expect them."""
    if is_small:
        geometry = geometry.simplify(0.01)
    snapped = shapely.set_precision(geometry, 0.001 if is_small else 0.01)
    parts = [part for part in shapely.get_parts(snapped) if part.geom_type == "Polygon" and not part.is_empty]
    return shapely.orient_polygons(MultiPolygon(parts), exterior_cw=True)


def state_line_features(states: gpd.GeoDataFrame) -> Iterator[dict[str, Any]]:
    """Yield the border between every two neighbouring states of the US, once."""
    us = states[states["iso_a2"] == "US"].sort_values("name")
    codes = {fold(s.name): s.code for s in pycountry.subdivisions.get(country_code="US")}
    ids = [codes[fold(name)] for name in us["name"]]
    shapes = shapely.coverage_simplify(us.geometry.to_numpy(), STATE_TOLERANCE_DEG)
    for i, first in enumerate(shapes):
        for j in range(i + 1, len(shapes)):
            shared = [
                part for part in shapely.get_parts(first.intersection(shapes[j])) if part.geom_type == "LineString"
            ]
            if shared:
                lines = MultiLineString([line for line in lines_of(linemerge(shared)) if line.length > MIN_DASH_DEG])
                yield feature({"id": f"{ids[i]}|{ids[j]}"}, lines, 2)


def lines_of(geometry: Any) -> list[LineString]:
    """Return the lines of a line or several."""
    return [line for line in shapely.get_parts(geometry) if line.length > 0]


def dash_features(disputed: gpd.GeoDataFrame) -> Iterator[dict[str, Any]]:
    """Yield every disputed line as dashes, because the screen has no dashed pen."""
    for row in disputed.itertuples():
        merged = linemerge(lines_of(row.geometry)).simplify(DISPUTED_TOLERANCE_DEG)
        dashes = [
            dash
            for line in lines_of(merged)
            for step in range(int(line.length / (2 * DASH_DEG)) + 1)
            if (dash := substring(line, 2 * step * DASH_DEG, (2 * step + 1) * DASH_DEG)).length > MIN_DASH_DEG
        ]
        if dashes:
            yield feature({"name": f"{row.name} ({row.adm0_left})"}, MultiLineString(dashes), 3)


def feature(properties: dict[str, str], geometry: Any, decimals: int) -> dict[str, Any]:
    """Return a GeoJSON feature with rounded coordinates and no repeated vertex."""
    mapping = shapely.geometry.mapping(geometry)
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": mapping["type"], "coordinates": _rounded(mapping["coordinates"], decimals)},
    }


def _rounded(coordinates: Any, decimals: int) -> list[Any]:
    if not isinstance(coordinates[0][0], float):
        return [_rounded(inner, decimals) for inner in coordinates]
    points = [[round(x, decimals), round(y, decimals)] for x, y in coordinates]
    return [point for at, point in enumerate(points) if at == 0 or point != points[at - 1]]


def write_csv(name: str, header: str, rows: Iterable[tuple[object, ...]]) -> None:
    """Write a table beside this script."""
    with (HERE / name).open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header.split())
        writer.writerows(rows)


def write_geojson(name: str, features: Iterable[dict[str, Any]]) -> None:
    """Write a feature collection beside this script, one line, no spaces."""
    text = json.dumps(
        {"type": "FeatureCollection", "features": list(features)}, separators=(",", ":"), ensure_ascii=False
    )
    (HERE / name).write_text(re.sub(r"\.0(?=[,\]])", "", text) + "\n", encoding="utf-8")


def main(package: Path) -> None:
    """Write every derived file."""
    countries, states, disputed = (
        gpd.read_file(package, layer=layer) for layer in ("countries", "states_provinces", "disputed_borders")
    )
    found = polygons(countries, states)
    write_csv("countries.csv", "iso3 iso2 numeric name region subregion lon lat", country_rows(found))
    write_csv("divisions.csv", "place_id name country_id lon lat other_names", division_rows(states, found))
    write_geojson("countries.geojson", country_features(found, {row[0]: row[3] for row in iso_rows()}))
    write_geojson("us_states.geojson", state_line_features(states))
    write_geojson("disputed.geojson", dash_features(disputed))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
