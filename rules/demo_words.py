"""What the demo shop is made of: a tea and kitchen shop, its goods, and the names, streets and towns of its customers."""

from __future__ import annotations

from typing import NamedTuple


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


class Shelf(NamedTuple):
    """A category. A product is one of each: a thing with its price in cents, a kind, and a size that multiplies the price (percent)."""

    category: str
    tone: str
    icon: str
    vat: str
    unit: str
    code: str
    things: dict[str, int]
    kinds: tuple[str, ...]
    sizes: dict[str, int]
    deposit: bool = False


SHELVES = (
    Shelf("Thee", "green", "coffee", "low", "piece", "TH", {
        "Earl Grey": 450, "Darjeeling": 595, "Assam": 475, "Ceylon": 450, "Sencha": 575, "Gunpowder": 425, "Jasmijnthee": 525, "Oolong": 695,
        "Lapsang Souchong": 595, "Genmaicha": 550, "Witte thee": 795, "Rooibos": 395, "Kamille": 375, "Muntthee": 375, "Chai": 475,
        "Citroengras": 395, "Zoethout": 350, "Verveine": 450, "Brandnetel": 350, "Winterthee": 495, "Zomerthee": 495, "Sterrenmunt": 395,
        "Matcha": 1495, "Pu-erh": 895,
    }, ("los", "biologisch", "in builtjes", "cafeïnevrij", "van de eerste pluk", "met honing", "met bloemblaadjes"), {
        "50 g": 60, "100 g": 100, "250 g": 225, "500 g": 420
    }),
    Shelf("Koffie", "amber", "coffee", "low", "piece", "KF", {
        "Espresso": 895, "Huismelange": 795, "Ethiopië Yirgacheffe": 1095, "Colombia Huila": 995, "Brazilië Santos": 895, "Guatemala": 995,
        "Kenia AA": 1195, "Sumatra Mandheling": 1095, "Costa Rica Tarrazú": 1095, "Peru": 945, "Rwanda": 1045, "Decaf": 945, "Mokka": 895,
        "Filterkoffie": 745, "IJskoffiemelange": 845,
    }, ("bonen", "gemalen", "biologische bonen", "donker gebrand", "licht gebrand", "cups", "snelfilter"), {
        "250 g": 100, "500 g": 190, "1 kg": 360
    }),
    Shelf("Chocolade en koek", "violet", "cookie", "low", "piece", "CK", {
        "Speculaas": 395, "Stroopwafels": 345, "Bitterkoekjes": 425, "Jan Hagel": 395, "Kletskoppen": 450, "Ontbijtkoek": 325, "Pepernoten": 295,
        "Chocoladereep": 395, "Chocoladeletter": 695, "Truffels": 1195, "Bonbons": 1495, "Hopjes": 325, "Zoute drop": 295, "Zoete drop": 295,
        "Boterbabbelaars": 350, "Cantuccini": 550, "Shortbread": 495, "Macarons": 1295, "Nougat": 595, "Honingkoek": 425,
    }, ("klassiek", "met roomboter", "met amandel", "puur", "melk", "glutenvrij", "in blik", "van het huis"), {
        "100 g": 60, "200 g": 100, "400 g": 185
    }),
    Shelf("Kaas", "amber", "cheese", "low", "kg", "KS", {
        "Boerenkaas": 1895, "Goudse kaas": 1495, "Leidse kaas": 1695, "Friese nagelkaas": 1595, "Geitenkaas": 2395, "Schapenkaas": 2895,
        "Edammer": 1395, "Maaslander": 1595, "Texelse kaas": 2195, "Brandnetelkaas": 1795,
    }, ("jong", "jong belegen", "belegen", "oud", "overjarig"), {"": 100}),
    Shelf("Dranken", "teal", "wine", "low", "piece", "DR", {
        "Vlierbloesemlimonade": 345, "Gemberlimonade": 375, "Appelsap": 295, "Perensap": 325, "Druivensap": 350, "IJsthee": 275,
        "Kombucha": 395, "Kersensap": 375, "Rabarbersap": 345, "Bronwater": 145,
    }, ("naturel", "biologisch", "bruisend", "met munt", "met citroen", "zonder suiker", "troebel", "met gember"), {
        "33 cl": 70, "75 cl": 130}, True),
    Shelf("Wijn", "red", "wine", "high", "piece", "WN", {
        "Pinot noir": 1195, "Merlot": 895, "Syrah": 995, "Tempranillo": 950, "Sangiovese": 1095, "Chardonnay": 995, "Riesling": 1095,
        "Sauvignon blanc": 950, "Grüner Veltliner": 1050, "Verdejo": 850, "Rosé": 795, "Cava": 1195, "Crémant": 1495, "Prosecco": 1095,
    }, ("huiswijn", "reserve", "biologisch", "oude stokken", "van de buren", "alcoholvrij", "magnum", "nieuwe oogst"), {
        "37,5 cl": 60, "75 cl": 100, "1,5 l": 210, "doos van 6": 570
    }),
    Shelf("Servies", "blue", "utensils", "high", "piece", "SV", {
        "Theepot": 3995, "Koffiepot": 3795, "Mok": 1195, "Kop en schotel": 1695, "Espressokopje": 995, "Theeglas": 795, "Karaf": 2495,
        "Melkkannetje": 1295, "Suikerpot": 1495, "Ontbijtbord": 1295, "Dinerbord": 1695, "Schaal": 2795, "Kom": 1395, "Eierdopje": 595,
        "Botervloot": 1995, "Taartplateau": 3995, "Waterglas": 695, "Wijnglas": 995, "Kan": 2995, "Theelichthouder": 895,
    }, (
        "wit", "Delfts blauw", "zeegroen", "terracotta", "glas", "zwart", "zand", "bloemen", "streep", "lichtblauw", "okergeel", "craquelé",
        "goudrand", "stippen", "roze", "donkergroen",
    ), {"": 100, "groot": 140, "set van 2": 185, "set van 6": 540}),
    Shelf("Keuken", "teal", "utensils", "high", "piece", "KK", {
        "Theezeef": 695, "Thee-ei": 495, "Maatlepel": 395, "Koffiemolen": 4995, "Percolator": 3495, "Cafetière": 3995, "Filterhouder": 1995,
        "Waterkoker": 5995, "Melkopschuimer": 2495, "Snijplank": 2795, "Kaasschaaf": 1495, "Broodmes": 2995, "Deegroller": 1995,
        "Garde": 995, "Spatel": 795, "Steelpan": 4495, "Theedoek": 995, "Schort": 2995, "Ovenwant": 1495, "Voorraadblik": 1295,
        "Weegschaal": 3495, "Rasp": 1295,
    }, (
        "roestvrij staal", "beukenhout", "emaille", "mat zwart", "koper", "gietijzer", "linnen", "acacia", "rood", "crème", "bamboe", "mosgroen",
    ), {"": 100, "klein": 80, "groot": 135, "cadeauset": 210}),
    Shelf("Kaarsen en geur", "pink", "flame", "high", "piece", "KG", {
        "Dinerkaars": 295, "Stompkaars": 795, "Geurkaars": 1995, "Theelichtjes": 495, "Waxinelichthouder": 995, "Geurstokjes": 2495,
        "Handzeep": 1195, "Handcrème": 1495, "Badzout": 1695, "Linnenspray": 1795,
    }, (
        "lavendel", "vijg", "sandelhout", "zonder geur", "sinaasappel", "roos", "eucalyptus", "kaneel", "zeelucht", "amber",
    ), {"": 100, "groot": 170, "set van 4": 350}),
    Shelf("Cadeaus", "red", "gift", "high", "piece", "CD", {
        "Cadeaupakket": 2495, "Theepakket": 1995, "Koffiepakket": 2295, "Ontbijtmand": 3495, "Kerstpakket": 4495, "Verjaardagspakket": 2795,
        "Borrelpakket": 3295, "Proefpakket": 1495, "Wenskaart": 325, "Inpakpapier": 395,
    }, ("klassiek", "feestelijk", "biologisch", "voor thuis", "voor op kantoor", "vegan", "winters", "zomers"), {
        "klein": 75, "middel": 100, "groot": 160
    }),
    Shelf("Boeken", "violet", "bookmark", "low", "piece", "BK", {
        "Het grote theeboek": 2999, "Bakken met roomboter": 2499, "De Hollandse keuken": 3499, "Koffie zetten": 1999, "Kaas voor beginners": 2299,
        "Brood van eigen bodem": 2799, "Zondagse taarten": 2599, "Koken op één pit": 1999, "Soep voor elke dag": 2199, "Inmaken": 1899,
    }, ("gebonden", "paperback", "tweede druk", "geïllustreerd", "zakformaat", "luxe-editie", "grote letter", "Engelstalig"), {"": 100}),
)
SERVICES = {"Inpakken als cadeau": 250, "Theeproeverij": 2950, "Graveren": 1250, "Messen slijpen": 650}
DEPOSIT, DEPOSIT_PRICE = "Statiegeld fles", 25

# code, kind, value, minimum in cents, combinable, days it can be used (None: always)
COUPONS = (
    ("WELKOM10",         "percent",  1000, 0,    False, None),
    ("VIJFEURO",         "amount",   500,  3000, True,  None),
    ("GRATISVERZENDING", "shipping", 0,    2000, True,  None),
    ("THEEZOMER",        "percent",  1500, 0,    False, 400),
)

PROVIDERS = (("mollie", "Mollie"), ("stripe", "Stripe"))
OPERATORS = (("Sanne de Wit", "pink"), ("Youssef Benali", "blue"), ("Mies Hendriks", "amber"))

FIRST_NAMES = _words("""
    Emma Julia Mila Tess Sophie Zoë Sara Nora Yara Eva Lotte Anna Noor Saar Fleur Lieke Maud Olivia Liv Elin Fenna Roos Evi Isa Jasmijn
    Noah Liam Luca Lucas Mees Finn James Milan Levi Sem Daan Noud Luuk Adam Sam Bram Thijs Benjamin Boaz Gijs Jesse Thomas Ties Lars Teun
    Johanna Maria Wilhelmina Hendrika Cornelia Elisabeth Grietje Trijntje Marijke Ingrid Annemiek Saskia Monique Petra Esther Mirjam Wendy
    Jan Pieter Kees Gerrit Hendrik Willem Johan Cornelis Dirk Sjoerd Wouter Maarten Jeroen Bas Rob Erik Marco Sander Ruben Jurriaan Floris
    Fatima Aïcha Samira Naima Khadija Meryem Leïla Mohamed Youssef Ahmed Omar Bilal Hamza Ibrahim Ayşe Elif Zeynep Emre Mehmet Burak
    Priya Anjali Ravi Sunil Shanti Chantal Gracia Xavier Wei Ming Linh Agnieszka Katarzyna Piotr Ioana Andrei Renée André Björn Siân Søren
""")
PARTICLES = ("", "", "", "", "", "", "", "de ", "de ", "van ", "van ", "van der ", "van den ", "van de ", "ten ", "ter ", "in 't ", "den ")
LAST_NAMES = _words("""
    Jong Jansen Vries Berg Bakker Dijk Visser Janssen Smit Meijer Boer Mulder Groot Bos Vos Peters Hendriks Leeuwen Dekker Brouwer Wit
    Dijkstra Smits Graaf Meer Linden Kok Jacobs Haan Vermeulen Heuvel Veen Broek Bruijn Heijden Schouten Beek Willems Vliet Ven Hoekstra
    Maas Verhoeven Koster Dam Wal Prins Blom Huisman Peeters Kuipers Veenstra Kuiper Gerritsen Scholten Martens Postma Molenaar Velde
    Wijk Brink Boogaard Sanders Driessen Evers Hermans Timmermans Groen Bosch Kramer Bosman Peters Schipper Hofman Vink Mol Kruijf Zwart
    Post Bergh Jonker Roos Witte Loo Ruiter Hoek Gelder Verbeek Willemsen Boon Hoff Verweij Goossens Sluis Koning Kooij Doorn Cornelissen
    Yılmaz Öztürk Kaya Demir Şahin Benali Bouzid Haddad Azzouzi Ouali Ramdin Ramlal Jagessar Nguyen Tran Wang Chen Kowalski Nowak Popescu
""")
COMPANIES = (
    "Bakkerij {}", "{} Bouw B.V.", "Kapsalon {}", "Café {}", "{} & Zonen", "Hotel {}", "{} Advocaten", "Praktijk {}", "Bloemen van {}",
    "{} Installatietechniek", "Kinderopvang {}", "Restaurant {}", "{} Accountants", "Garage {}", "Boekhandel {}", "{} Interieur B.V.",
)
STREETS = _words("""
    Dorpsstraat Kerkstraat Schoolstraat Molenstraat Stationsstraat Hoofdstraat Julianastraat Wilhelminastraat Beatrixlaan Oranjestraat
    Nieuwstraat Parallelweg Industrieweg Sportlaan Molenweg Kerkweg Kastanjelaan Lindelaan Beukenlaan Eikenlaan Berkenlaan Esdoornstraat
    Meidoornstraat Populierenlaan Wilgenstraat Burgemeesterslaan Raadhuisstraat Marktplein Havenstraat Kade Singel Oudegracht Nieuwegracht
    Zandweg Veldweg Tulpstraat Rozenstraat Anjerstraat Irisstraat Leliestraat Vermeerstraat Rembrandtlaan Mozartlaan Vondelstraat
    Mauritsstraat Prinsengracht Hofstraat Achterweg Bergweg Duinweg Polderweg Dijkweg Waterlaan Zonnelaan Poststraat Spoorlaan
""")
ADDITIONS = ("", "", "", "", "", "", "", "A", "B", "-1", "-2", "hs", "bis")
POSTCODE_LETTERS = "ABCDEGHJKLMNPRSTVWXZ"  # never SA, SD or SS

# town, first and last of its postcodes, how many customers live there
TOWNS = (
    ("Utrecht", 3511, 3585, 16), ("Amsterdam", 1011, 1109, 14), ("Rotterdam", 3011, 3089, 9), ("Den Haag", 2511, 2597, 8),
    ("Eindhoven", 5611, 5658, 4), ("Groningen", 9711, 9747, 4), ("Tilburg", 5011, 5049, 3), ("Almere", 1311, 1363, 3),
    ("Breda", 4811, 4839, 3), ("Nijmegen", 6511, 6546, 3), ("Apeldoorn", 7311, 7339, 2), ("Haarlem", 2011, 2037, 3),
    ("Arnhem", 6811, 6846, 2), ("Enschede", 7511, 7548, 2), ("Amersfoort", 3811, 3829, 4), ("Zaandam", 1501, 1509, 1),
    ("'s-Hertogenbosch", 5211, 5247, 2), ("Zwolle", 8011, 8045, 2), ("Leiden", 2311, 2334, 2), ("Leeuwarden", 8911, 8941, 1),
    ("Maastricht", 6211, 6229, 2), ("Dordrecht", 3311, 3329, 1), ("Ede", 6711, 6718, 1), ("Alkmaar", 1811, 1827, 1),
    ("Delft", 2611, 2629, 1), ("Deventer", 7411, 7437, 1), ("Hilversum", 1211, 1223, 1), ("Zeist", 3701, 3709, 2),
    ("Middelburg", 4331, 4339, 1), ("Assen", 9401, 9408, 1), ("Houten", 3991, 3995, 2), ("Nieuwegein", 3431, 3439, 2),
    ("Gouda", 2801, 2809, 1), ("Hoorn", 1621, 1628, 1), ("Wageningen", 6701, 6709, 1), ("Venlo", 5911, 5928, 1),
)
BELGIAN_TOWNS = (("Antwerpen", 2000), ("Gent", 9000), ("Brugge", 8000), ("Leuven", 3000), ("Mechelen", 2800), ("Hasselt", 3500))

NOTES = (
    "Belt liever dan mailen.", "Niet voor 12 uur bezorgen.", "Wil een extra proefzakje.", "Vorige keer kwam er een mok stuk aan.",
    "Cadeau: geen bon bijvoegen.", "Haalt zaterdag op.", "Adres gecontroleerd, klopt.", "Vraagt om een factuur op naam van de zaak.",
    "Vaste klant, altijd vriendelijk.", "Mag bij de buren.", "Kaartje erbij: Beterschap, groetjes van ons allemaal.", "Nabellen over de levertijd.",
)
REFUND_REASONS = ("Beschadigd aangekomen", "Past niet bij de rest", "Dubbel besteld", "Te laat bezorgd", "Toch niet nodig")
