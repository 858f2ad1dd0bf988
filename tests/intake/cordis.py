"""Files in the shape of CORDIS, with its traps: `;`, decimal commas in one column, quotes, entities, EL and UK."""

import csv
from pathlib import Path
from typing import Final

PROJECT: Final = [
    "id",
    "acronym",
    "status",
    "title",
    "startDate",
    "endDate",
    "totalCost",
    "ecMaxContribution",
    "legalBasis",
    "topics",
    "ecSignatureDate",
    "frameworkProgramme",
    "masterCall",
    "subCall",
    "fundingScheme",
    "nature",
    "objective",
    "contentUpdateDate",
    "rcn",
    "grantDoi",
]
ORGANIZATION: Final = [
    "projectID",
    "projectAcronym",
    "organisationID",
    "vatNumber",
    "name",
    "shortName",
    "SME",
    "activityType",
    "street",
    "postCode",
    "city",
    "country",
    "nutsCode",
    "geolocation",
    "organizationURL",
    "contactForm",
    "contentUpdateDate",
    "rcn",
    "order",
    "role",
    "ecContribution",
    "netEcContribution",
    "totalCost",
    "endOfParticipation",
    "active",
]
OLD_PROJECT: Final = [
    "rcn",
    "id",
    "acronym",
    "status",
    "programme",
    "topics",
    "frameworkProgramme",
    "title",
    "startDate",
    "endDate",
    "projectUrl",
    "objective",
    "totalCost",
    "ecMaxContribution",
    "call",
    "fundingScheme",
    "coordinator",
    "coordinatorCountry",
    "participants",
    "participantCountries",
    "subjects",
]
OLD_ORGANIZATION: Final = [
    "projectRcn",
    "projectID",
    "projectAcronym",
    "role",
    "id",
    "name",
    "shortName",
    "activityType",
    "endOfParticipation",
    "ecContribution",
    "country",
    "street",
    "city",
    "postCode",
    "organizationUrl",
    "vatNumber",
]
EURO_SCI_VOC: Final = ("projectID", "euroSciVocCode", "euroSciVocPath", "euroSciVocTitle", "euroSciVocDescription")
DELIVERABLES: Final = [
    "id",
    "title",
    "deliverableType",
    "description",
    "projectID",
    "projectAcronym",
    "url",
    "collection",
    "contentUpdateDate",
    "rcn",
]
COUNTRIES: Final = ("BE", "FR", "DE", "IT", "EL", "UK", "NL", "ES", "PL", "SE")
ACTIVITIES: Final = ("HES", "PRC", "REC", "PUB", "OTH", "")
UPDATED: Final = "2025-06-01 10:11:12"


def write(folder: Path, partners: int = 200) -> tuple[Path, Path]:
    """`project.csv` and `organization.csv` of one project."""
    project = {
        "id": "101999001",
        "acronym": "LAGOON",
        "status": "SIGNED",
        "title": "Observing an invented lagoon &amp; its “waters”",
        "startDate": "2025-03-01",
        "endDate": "2028-02-29",
        "totalCost": "21073781,25",
        "ecMaxContribution": "20000000",
        "legalBasis": "HORIZON.2.6",
        "topics": "HORIZON-CL6-2024-01-03",
        "ecSignatureDate": "2025-01-20",
        "frameworkProgramme": "HORIZON",
        "masterCall": "HORIZON-CL6-2024-01",
        "subCall": "HORIZON-CL6-2024-01",
        "fundingScheme": "HORIZON-RIA",
        "objective": 'An invented project; it says "nothing" of any lagoon.',
        "contentUpdateDate": UPDATED,
        "rcn": "263001",
        "grantDoi": "10.3030/101999001",
    }
    return _table(folder / "project.csv", PROJECT, [project]), _table(
        folder / "organization.csv", ORGANIZATION, [_organisation(n) for n in range(1, partners + 1)]
    )


def _organisation(n: int) -> dict[str, str]:
    return {
        "projectID": "101999001",
        "projectAcronym": "LAGOON",
        "organisationID": str(999_900_000 + n),
        "vatNumber": "",
        "name": f"Invented Institute {n} &amp; Söhne",
        "shortName": f"INV{n}" if n % 3 else "",
        "SME": "true" if n % 6 == 1 else "false",
        "activityType": ACTIVITIES[n % len(ACTIVITIES)],
        "street": "Rue Inventée 1",
        "postCode": f"{1000 + n}",
        "city": "Liège",
        "country": COUNTRIES[n % len(COUNTRIES)],
        "organizationURL": f"http://www.inv{n}.example/" if n % 2 else f"www.inv{n}.example",
        "contentUpdateDate": UPDATED,
        "rcn": str(2_000_000 + n),
        "order": str(n),
        "role": "coordinator" if n == 1 else ("participant", "thirdParty", "associatedPartner")[n % 3],
        "ecContribution": f"{90000 + n}.5",
        "netEcContribution": f"{90000 + n}.5",
        "totalCost": f"{100000 + n},75",
        "endOfParticipation": "false",
    }


def _table(file: Path, header: list[str], rows: list[dict[str, str]]) -> Path:
    with file.open("w", encoding="utf-8-sig", newline="") as content:
        writer = csv.DictWriter(content, header, restval="", delimiter=";", quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)
    return file


def table(file: Path, header: list[str], *rows: dict[str, str]) -> Path:
    """A file with some rows."""
    return _table(file, list(header), list(rows))
