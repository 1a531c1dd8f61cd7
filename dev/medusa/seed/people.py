"""Who buys: made-up people, written the way customers write themselves."""

from dataclasses import dataclass

from ..client import JSON
from .shop import Shop

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, slots=True)
class Buyer:
    """Somebody at the checkout: the e-mail address as typed, and where it goes."""

    email: str
    address: JSON
    currency: str = "eur"
    billing: JSON | None = None
    """Where the invoice goes, if elsewhere."""


def _address(first: str, last: str, street: str, postal: str, city: str, country: str, **more: str) -> JSON:
    required = {"first_name": first, "last_name": last, "address_1": street}
    return required | {"postal_code": postal, "city": city, "country_code": country, **more}


_BERLIN = _address("Jürgen", "Müller-Lüdenscheidt", "Große Beispielstraße 135", "10623", "Berlin", "de")
_OFFICE = _address(
    "Siobhán",
    "O’Brien",
    "12 St. Nobody's Green",
    "D02 X285",
    "Dublin",
    "ie",
    address_2="3rd floor, ring “O'Brien & Sons”",
    company="O'Brien & Sons Ltd.",
    province="Co. Dublin",
    phone="+353 1 555 0199",
)

JUERGEN = Buyer("juergen@example.com", _BERLIN)
SIOBHAN = Buyer(
    "siobhan.obrien@example.ie", _OFFICE, billing=_BERLIN | {"first_name": "Accounts", "last_name": "Dept."}
)
ELENI = Buyer("eleni@example.gr", _address("Ελένη", "Παπαδοπούλου", "Οδός Παραδείγματος 12", "105 63", "Αθήνα", "gr"))
YUKI = Buyer(
    "yuki@example.jp",
    _address("由紀", "髙橋", "例町1-19-11", "150-0041", "見本区", "jp", province="東京都", phone="+81 3 5555 0123"),
    "jpy",
)
FATIMA = Buyer("fatima@example.com.kw", _address("فاطمة", "الصباح", "شارع المثال ٤٢", "13001", "الكويت", "kw"), "kwd")
ANN = Buyer("ann@example.com", _address("Ann", "O'Hara", "1 Main St", "10001", "New York", "us", province="NY"), "usd")
CAPITALS = Buyer("Max.Mustermann@Example.COM", _BERLIN | {"first_name": "Max", "last_name": "Mustermann"})
PLUS = Buyer(
    "ada+shop@example.com", _BERLIN | {"first_name": "Ada", "last_name": "Lovelace", "phone": "+49 30 5550100"}
)
# Orders first as a guest, and has an account afterwards.
NORA = Buyer("nora@example.org", _address("Nora", "N'Diaye", "8 rue de l’Exemple", "75015", "Paris", "fr"))
# Has an account; afterwards somebody else types the same address.
PAUL = Buyer("paul@example.org", _address("Paul", "Żółw", "Am Markt 1", "04109", "Leipzig", "de"))
STRANGER = Buyer(PAUL.email, _address("Not", "Paul", "Elsewhere 9", "1000", "Cork", "ie"))


def register(shop: Shop, buyer: Buyer) -> None:
    """Make an account."""
    identity = {"email": buyer.email, "password": PASSWORD}
    token = shop.store.post("/auth/customer/emailpass/register", identity)["token"]
    name = {"email": buyer.email, "first_name": buyer.address["first_name"], "last_name": buyer.address["last_name"]}
    with shop.signed_in(token) as page:
        page.post("/store/customers", name)


def sign_in(shop: Shop, buyer: Buyer) -> str:
    """What shows that a customer with an account is signed in."""
    identity = {"email": buyer.email, "password": PASSWORD}
    token: str = shop.store.post("/auth/customer/emailpass", identity)["token"]
    return token


def customer_id(shop: Shop, buyer: Buyer) -> str:
    """The record of a customer with an account."""
    with shop.signed_in(sign_in(shop, buyer)) as page:
        id: str = page.get("/store/customers/me")["customer"]["id"]
    return id
