"""The service types of Springfield: about 190, with departments, definitions, speed and season."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

from open311_etl.sandbox.draws import chance, hex_code
from open311_etl.sandbox.questions import ask

DEPARTMENTS = {
    # department: (usual hours to close, its service types, the most wanted first)
    "311 City Services": (
        0.05,
        "Information Only Call; Aircraft Noise Complaint; City Employee Compliment;"
        " Website Problem; Translation Request; Lost Property Inquiry",
    ),
    "Streets and Sanitation": (
        96,
        "Graffiti Removal Request; Missed Garbage Pick-Up Complaint; Rodent Complaint;"
        " Garbage Cart Maintenance; Abandoned Vehicle Complaint; Weed Removal Request;"
        " Tree Debris Clean-Up Request; Illegal Dumping Complaint; Dead Animal Pick-Up Request;"
        " Ice and Snow Removal Request; Snow - Uncleared Sidewalk Complaint;"
        " Sanitation Code Violation; Street Cleaning Request; Recycling Pick-Up Request;"
        " Yard Waste Pick-Up Request; Clean Vacant Lot Request; Litter Basket Request;"
        " Snow - Object Left in Street; Bulk Item Pick-Up Request; Sticker Residue Removal;"
        " Dumpster Overflow Complaint; Alley Cleaning Request; Nest Removal Request;"
        " Composting Information Request; Leaf Collection Request; Storm Drain Litter Complaint",
    ),
    "Forestry": (
        720,
        "Tree Trim Request; Tree Emergency; Tree Planting Request; Tree Removal Request;"
        " Stump Removal Request; Tree Root Damage; Parkway Planter Complaint;"
        " Fallen Limb on Wire; Tree Pest Inspection; Park Hedge Complaint",
    ),
    "Transportation": (
        160,
        "Pothole in Street Complaint; Street Light Out Complaint; Traffic Signal Out Complaint;"
        " Alley Light Out Complaint; Alley Pothole Complaint; Sidewalk Inspection Request;"
        " Sign Repair Request - Stop Sign; Sign Repair Request - One Way Sign;"
        " Sign Repair Request - All Other Signs; Street Light On During Day Complaint;"
        " Street Light Pole Damage Complaint; Bicycle Rack Request; Bike Lane Obstruction;"
        " Curb and Gutter Repair Request; Crosswalk Marking Request; Speed Hump Request;"
        " Pavement Cave-In Survey; Viaduct Light Out Complaint; Guardrail Damage;"
        " Bridge Surface Complaint; Traffic Signal Timing Review; Bus Stop Obstruction;"
        " Street Cut Complaint; Missing Street Name Sign; Pedestrian Ramp Request;"
        " Truck Route Complaint; Valet Zone Complaint; Parking Sign Review;"
        " Temporary Road Closure Complaint; Utility Cover Missing",
    ),
    "Water Management": (
        110,
        "Water On Street Complaint; Water in Basement Complaint; Open Fire Hydrant Complaint;"
        " Sewer Cleaning Inspection Request; Low Water Pressure Complaint; No Water Complaint;"
        " Sewer Cave-In Inspection Request; Alley Sewer Inspection Request;"
        " Water Quality Concern; Water Lead Test Kit Request; Water Meter Inspection;"
        " Hydrant Leak Complaint; Catch Basin Odor Complaint; Water Shut-Off Request;"
        " Water Bill Inquiry; Water Main Noise Complaint; Fire Hydrant Cap Missing;"
        " Private Drain Inquiry; Reservoir Fence Damage; Standing Water Complaint",
    ),
    "Buildings": (
        900,
        "Building Violation; No Heat Complaint; Construction Without Permit;"
        " Porch Inspection Request; Vacant Building Complaint; Elevator Complaint;"
        " Plumbing Violation; Electrical Hazard Inspection; Fence Height Complaint;"
        " Boiler Inspection Request; Sign Permit Complaint; Demolition Dust Complaint;"
        " Scaffold Safety Complaint; Garage Conversion Complaint; Certificate of Occupancy Inquiry",
    ),
    "Business and Consumer Affairs": (
        400,
        "Consumer Fraud Complaint; Restaurant Overcharge Complaint; Taxi Complaint;"
        " Ride-Share Complaint; Minimum Wage Complaint; Paid Leave Complaint;"
        " Inaccurate Fuel Pump Complaint; Retail Scale Complaint; Liquor License Complaint;"
        " Food Cart Complaint; Sidewalk Cafe Complaint; Vacation Rental Complaint;"
        " Tow Company Complaint; Unlicensed Business Complaint; Outdated Merchandise Complaint;"
        " Tobacco Sale to Minors Complaint; Scooter Parking Complaint; Cable Service Complaint;"
        " Home Repair Contract Complaint; Gift Card Complaint; Price Tag Missing Complaint",
    ),
    "Animal Care": (
        30,
        "Stray Animal Complaint; Vicious Animal Complaint; Injured Animal Report;"
        " Animal In Trap Complaint; Nuisance Animal Complaint; Pet Wellness Check Request;"
        " Animal Bite Report; Coyote Sighting; Bat In Building; Animal Business Inspection;"
        " Animal Adoption Inquiry; Lost Pet Report",
    ),
    "Public Health": (
        190,
        "Restaurant Complaint; Lead Paint Inspection Request; Mosquito Complaint;"
        " Air Pollution Complaint; Noise Complaint; Smoking Complaint; Hoarding Concern;"
        " Food Poisoning Report; Asbestos Complaint; Body Shop Odor Complaint;"
        " Swimming Pool Inspection; Needle Pick-Up Request; Vaccination Information Request;"
        " Dust from Stockpile Complaint; Illegal Burning Complaint",
    ),
    "Family and Senior Services": (
        60,
        "Shelter Request; Senior Well-Being Check Request; Homeless Encampment Report;"
        " Home Delivered Meals Request; Warming Center Ride; Cooling Center Ride;"
        " Senior Information Request; Rental Assistance Request; Crisis Referral;"
        " Youth Program Inquiry; Food Pantry Referral; Caregiver Support Request",
    ),
    "Planning and Housing": (
        500,
        "Landlord Information Request; Zoning Inquiry; Landmark Inquiry; Home Buyer Program;"
        " Foreclosure Help Request; City Lot Purchase Inquiry; Block Party Permit Inquiry;"
        " Mural Registration; Accessory Dwelling Inquiry; Property Tax Exemption Inquiry;"
        " Community Garden Request; Facade Rebate Inquiry",
    ),
    "City Clerk and Finance": (
        45,
        "Vehicle Sticker Inquiry; Residential Parking Inquiry; Dog License Inquiry;"
        " Parking Meter Broken; Ticket Payment Inquiry; Sticker Violation Report;"
        " Refund Status Inquiry; City Key Inquiry; Booted Vehicle Inquiry;"
        " Payment Plan Request; Fire Safety Inspection Request",
    ),
}

_SEASONS = (
    # words in a name, and how wanted it is from January to December
    (("Snow", "Ice", "Heat", "Warming"), (30, 28, 12, 2, 0, 0, 0, 0, 0, 1, 8, 26)),
    (("Pothole", "Cave-In"), (14, 24, 30, 22, 12, 8, 7, 6, 6, 6, 6, 8)),
    (
        ("Weed", "Tree", "Hydrant", "Mosquito", "Cooling", "Graffiti", "Rodent", "Yard", "Pool"),
        (3, 3, 6, 11, 16, 20, 22, 20, 15, 10, 6, 3),
    ),
)
_LEVEL = (10,) * 12


@dataclass(frozen=True, slots=True)
class Service:
    """One service type: what the catalogue says of it, and how the city deals with it.

    ``hours`` is the median time to close, ``never`` the share that stays open for ever, ``wanted``
    its weight among all requests in each month, ``promised`` whether an expected time is given.
    """

    code: str
    name: str
    description: str
    group: str
    keywords: str
    type: str
    questions: tuple[dict[str, object], ...] = ()
    hours: float = 48.0
    never: float = 0.0
    wanted: tuple[float, ...] = ()
    promised: bool = False

    def entry(self) -> dict[str, object]:
        """Give the entry of the services list (GET Service List)."""
        return {
            "service_code": self.code,
            "service_name": self.name,
            "description": self.description,
            "metadata": bool(self.questions),
            "type": self.type,
            "keywords": self.keywords,
            "group": self.group,
        }

    def definition(self) -> dict[str, object]:
        """Give the service definition (GET Service Definition)."""
        return {"service_code": self.code, "attributes": list(self.questions)}


def city_services(seed: int) -> tuple[Service, ...]:
    """Give the service types of a city, most of them with a definition, the same for one seed."""
    return tuple(
        _service(seed, group, hours, place, name.strip())
        for group, (hours, names) in DEPARTMENTS.items()
        for place, name in enumerate(names.split(";"))
    )


def monthly_choice(services: tuple[Service, ...]) -> list[list[float]]:
    """Give, for each month, the running share of each service, to bisect a draw into."""
    months = []
    for month in range(12):
        running = list(accumulate(service.wanted[month] for service in services))
        months.append([share / running[-1] for share in running])
    return months


def _service(seed: int, group: str, hours: float, place: int, name: str) -> Service:
    season = next((year for words, year in _SEASONS if any(w in name for w in words)), _LEVEL)
    weight = 0.6 ** min(place, 6) * (4 if group == "311 City Services" and place == 0 else 1)
    live = group == "City Clerk and Finance" or chance(seed, name, "type") < 0.2
    return Service(
        code=hex_code(seed, name),
        name=name,
        description=f"Use this service request for: {name.lower()}. For emergencies call 911.",
        group=group,
        keywords=f"code:{''.join(word[0] for word in name.split() if word[0].isalpha()).upper()}",
        type="realtime" if live else "batch",
        questions=ask(seed, name) if chance(seed, name, "metadata") < 0.85 else (),
        hours=hours * (0.4 + 2.2 * chance(seed, name, "hours")),
        never=0.15 * chance(seed, name, "never") ** 2 if hours > 1 else 0.0,
        wanted=tuple(weight * share for share in season),
        promised=hours > 1 and chance(seed, name, "promised") < 0.7,
    )
