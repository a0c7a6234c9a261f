"""Write cities.csv: the cities of the synthetic world, each with the point of its airport.

Run from the project's root with ``airportsdata`` (MIT licence, https://github.com/mborsetti/airportsdata) installed;
the product itself does not need it. Regions and subregions are those of countries.csv beside this file.
"""

import csv
import re
import unicodedata
from pathlib import Path

import airportsdata

HERE = Path(__file__).parent
HEADER = ("place_id", "name", "country_id", "region", "subregion", "lon", "lat")
CITIES = """
USA Los Angeles LAX; San Diego SAN; El Paso ELP; Laredo LRD; Brownsville BRO; Houston HOU; Miami MIA; Atlanta ATL
USA New York JFK; Chicago MDW; Seattle SEA; New Orleans MSY
CAN Vancouver YVR; Toronto YYZ; Calgary YYC
MEX Tijuana TIJ; Ciudad Juarez CJS; Nuevo Laredo NLD; Monterrey MTY; Guadalajara GDL; Mexico City MEX; Veracruz VER
MEX Tapachula TAP; Cancun CUN
GTM Guatemala City GUA
HND San Pedro Sula SAP
PAN Panama City PTY
JAM Kingston KIN
HTI Port-au-Prince PAP
DOM Santo Domingo SDQ
CUB Havana HAV
TTO Port of Spain POS
BHS Nassau NAS
COL Bogota BOG; Cali CLO; Cartagena CTG; Cucuta CUC
VEN Caracas CCS; Maracaibo MAR
SUR Paramaribo PBM
GUF Cayenne CAY
ECU Quito UIO; Guayaquil GYE
PER Lima LIM; Tacna TCQ
BOL La Paz LPB; Santa Cruz VVI
PRY Asuncion ASU; Ciudad del Este AGT
BRA Foz do Iguacu IGU; Sao Paulo CGH; Rio de Janeiro SDU; Manaus MAO; Belem BEL; Fortaleza FOR; Brasilia BSB
ARG Buenos Aires AEP
URY Montevideo MVD
CHL Santiago SCL; Iquique IQQ
GBR London LCY
IRL Dublin DUB
NLD Rotterdam RTM
FRA Paris ORY; Le Havre LEH; Marseille MRS
DEU Hamburg HAM; Berlin BER; Frankfurt FRA
PRT Lisbon LIS; Porto OPO
ESP Madrid MAD; Malaga AGP
ITA Rome FCO; Milan LIN
AUT Vienna VIE
POL Warsaw WAW
SVK Bratislava BTS
HRV Zagreb ZAG
BIH Sarajevo SJJ
SRB Belgrade BEG
MNE Podgorica TGD
ALB Tirana TIA
BGR Sofia SOF
ROU Bucharest OTP; Constanta CND
MDA Chisinau RMO
UKR Kyiv IEV; Odesa ODS; Lviv LWO
BLR Minsk MSQ
LVA Riga RIX
FIN Helsinki HEL
SWE Stockholm ARN; Gothenburg GOT
NOR Oslo OSL
DNK Copenhagen CPH
GRC Athens ATH
RUS Moscow SVO; Saint Petersburg LED; Rostov-on-Don ROV; Yekaterinburg SVX; Novosibirsk OVB; Vladivostok VVO
TUR Istanbul SAW; Gaziantep GZT
GEO Tbilisi TBS
AZE Baku GYD
LBN Beirut BEY
SYR Aleppo ALP
JOR Amman AMM
IRQ Baghdad BGW
SAU Jeddah JED
ARE Dubai DXB
OMN Muscat MCT
YEM Sanaa SAH; Aden ADE
IRN Tehran THR; Zahedan ZAH; Mashhad MHD; Bandar Abbas BND
AFG Kabul KBL; Herat HEA
PAK Quetta UET; Peshawar PEW; Karachi KHI; Gwadar GWD
IND Delhi DEL; Mumbai BOM; Kolkata CCU
NPL Kathmandu KTM
BGD Dhaka DAC; Chittagong CGP
LKA Colombo CMB
UZB Tashkent TAS
TJK Dushanbe DYU
KAZ Almaty ALA
CHN Kunming KMG; Guangzhou CAN; Shanghai SHA; Urumqi URC
HKG Hong Kong HKG
JPN Tokyo HND
KOR Seoul GMP
THA Bangkok DMK; Chiang Rai CEI; Mae Sot MAQ
MMR Yangon RGN; Mandalay MDL
VNM Hanoi HAN; Ho Chi Minh City SGN
MYS Kuala Lumpur SZB
SGP Singapore SIN
IDN Jakarta CGK; Makassar UPG
PHL Manila MNL; Zamboanga ZAM; General Santos GES
AUS Sydney SYD; Brisbane BNE; Perth PER; Darwin DRW; Cairns CNS; Adelaide ADL
NZL Auckland AKL
PNG Port Moresby POM
FJI Suva SUV
MAR Tangier TNG
DZA Algiers ALG; Tamanrasset TMR
TUN Tunis TUN
LBY Tripoli MJI; Benghazi BEN
EGY Cairo CAI; Port Said PSD
SDN Khartoum KRT; Port Sudan PZU
SEN Dakar DSS
GNB Bissau OXB
GIN Conakry CKY
CIV Abidjan ABJ
NGA Lagos LOS; Kano KAN
NER Niamey NIM; Agadez AJY
MLI Bamako BKO; Gao GAQ
MRT Nouakchott NKC
TCD N'Djamena NDJ
CMR Douala DLA
CAF Bangui BGF
COD Kinshasa FIH; Goma GOM
AGO Luanda LAD
UGA Kampala EBB
SSD Juba JUB
ETH Addis Ababa ADD
DJI Djibouti JIB
SOM Mogadishu MGQ; Bosaso BSA
KEN Nairobi NBO; Mombasa MBA
TZA Dar es Salaam DAR
ZMB Lusaka LUN
ZWE Harare HRE
MOZ Maputo MPM; Pemba POL
ZAF Johannesburg JNB; Cape Town CPT
NAM Windhoek WDH
MDG Antananarivo TNR
"""


def listed() -> list[tuple[str, str, str]]:
    """Return (country, city, airport code) in the order above."""
    lines = [line.split(" ", 1) for line in CITIES.strip().splitlines()]
    return [(country, *entry.rsplit(" ", 1)) for country, rest in lines for entry in rest.split("; ")]  # type: ignore[misc]


def place_id(country: str, city: str) -> str:
    """Return the id of a city: its country and its name in plain lower-case letters."""
    plain = unicodedata.normalize("NFKD", city).encode("ascii", "ignore").decode().lower()
    return f"city:{country}:{re.sub(r'[^a-z]+', '-', plain).strip('-')}"


def main() -> None:
    """Write cities.csv, coordinates rounded to 0.01 degrees (about a kilometre)."""
    airports = airportsdata.load("IATA")
    with (HERE / "countries.csv").open(encoding="utf-8", newline="") as file:
        countries = {row["iso3"]: row for row in csv.DictReader(file)}
    with (HERE / "cities.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        for country, city, code in listed():
            home, point = countries[country], airports[code]
            where = (home["region"], home["subregion"], round(point["lon"], 2), round(point["lat"], 2))
            writer.writerow((place_id(country, city), city, country, *where))


if __name__ == "__main__":
    main()
