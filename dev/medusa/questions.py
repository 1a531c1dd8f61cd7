"""What is worth recording: every order and cart, the searches, and each way to ask that is refused."""

from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import quote

from .client import Client
from .recorder import Question
from .seed.people import CAPITALS, ELENI, JUERGEN, NORA, PAUL, PLUS
from .seed.seeded import Seeded

# Without its lines in full, an order's totals are wrong; without their `detail`, so is its `fulfillment_status`.
ORDER_FIELDS = (
    "id,display_id,custom_display_id,status,is_draft_order,email,currency_code,customer_id,created_at,updated_at,"
    "canceled_at,summary,total,subtotal,tax_total,discount_total,shipping_total,item_total,original_total,"
    "credit_line_total,*items,*items.detail,*customer,*shipping_address,*billing_address,*shipping_methods,"
    "*fulfillments,*fulfillments.labels,*fulfillments.items,*returns,*returns.items,*payment_collections,*credit_lines"
)
CART_FIELDS = (
    "id,email,currency_code,customer_id,created_at,updated_at,completed_at,total,subtotal,tax_total,discount_total,"
    "shipping_total,item_total,original_total,credit_line_total,*items,*customer,*shipping_address,*billing_address,"
    "*shipping_methods"
)
SHORT_FIELDS = "id,display_id,custom_display_id,status,email,currency_code,customer_id,created_at,total,*items.detail"
NOBODY = "01ABCDEFGHJKMNPQRSTVWXYZ00"
SEARCHED = (
    "2",
    "12",
    "16",
    "%",
    "_",
    "juergen@example.com",
    "JUERGEN",
    "O'Brien",
    "US-2026/0042",
    "US-2026",
    "nothing",
)
# Paths that a careless client would build.
STRANGE = ("order_", "order_2", "ORDER_" + NOBODY, "..%2Fcustomers", "a%20b", "%00", "nö", "x" * 300)


def questions(seeded: Seeded, admin: Client) -> Iterator[tuple[str, Question]]:
    """Each with the name of its file."""
    headers = Headers(seeded)
    for name, id in seeded.orders.items():
        yield f"order-{name}", Question(f"/admin/orders/{id}?fields={ORDER_FIELDS}", headers.secret)
        yield f"order-{name}--default", Question(f"/admin/orders/{id}", headers.secret)
        if name.startswith(("return", "exchange", "claim", "edit", "transfer")):
            yield f"changes-{name}", Question(f"/admin/orders/{id}/changes", headers.secret)
            for what in ("returns", "exchanges", "claims"):
                yield f"{what}-{name}", Question(f"/admin/{what}?order_id={id}", headers.secret)
    for name, id in seeded.carts.items():
        yield f"cart-{name}", Question(f"/store/carts/{id}?fields={CART_FIELDS}", headers.publishable)
        yield f"cart-{name}--default", Question(f"/store/carts/{id}", headers.publishable)
    yield from _searches(seeded, admin, headers)
    yield from _drafts(seeded, headers)
    yield from _fields(seeded, headers)
    yield from _refused(seeded, headers)


class Headers:
    """What a request is signed with."""

    def __init__(self, seeded: Seeded) -> None:
        self.secret = basic(seeded.keys.secret)
        self.bearer = {"authorization": f"Bearer {seeded.keys.secret}"}
        self.publishable = {"x-publishable-api-key": seeded.keys.publishable}


def basic(key: str) -> dict[str, str]:
    """A secret key as Medusa wants it: a user's name without a password."""
    return {"authorization": "Basic " + b64encode(f"{key}:".encode()).decode()}


def _searches(seeded: Seeded, admin: Client, headers: Headers) -> Iterator[tuple[str, Question]]:
    for number, text in enumerate(SEARCHED):
        path = f"/admin/orders?q={quote(text, safe='')}&limit=50&fields={SHORT_FIELDS}"
        yield f"search-{number:02}", Question(path, headers.secret)
    yield "search-email-ignored", Question("/admin/orders?email=nobody%40example.com&limit=3", headers.secret)
    yield "search-number-ignored", Question("/admin/orders?display_id=2&limit=3", headers.secret)
    yield "list-default", Question("/admin/orders?limit=3", headers.secret)
    yield "list-newest", Question(f"/admin/orders?limit=3&order=-created_at&fields={SHORT_FIELDS}", headers.secret)
    yield "list-bad-order", Question("/admin/orders?order=nope", headers.secret)
    for buyer in (JUERGEN, NORA, PAUL, CAPITALS, PLUS, ELENI):
        name = buyer.email.partition("@")[0].lower()
        yield f"customers-{name}", Question(f"/admin/customers?email={quote(buyer.email, safe='')}", headers.secret)
        lower = quote(buyer.email.lower(), safe="")
        yield f"customers-{name}--lower", Question(f"/admin/customers?email={lower}", headers.secret)
        found = admin.get("/admin/customers", email=buyer.email.lower())["customers"]
        theirs = "&".join(f"customer_id[]={customer['id']}" for customer in found)
        path = f"/admin/orders?{theirs}&order=-created_at&limit=5&fields={SHORT_FIELDS}"
        yield f"orders-of-{name}", Question(path, headers.secret)
    yield "customers-plus-unquoted", Question("/admin/customers?email=ada+shop@example.com", headers.secret)
    yield "orders-of-nobody", Question(f"/admin/orders?customer_id[]=cus_{NOBODY}", headers.secret)


def _drafts(seeded: Seeded, headers: Headers) -> Iterator[tuple[str, Question]]:
    draft = seeded.orders["draft"]
    yield "draft-as-draft", Question(f"/admin/draft-orders/{draft}", headers.secret)
    yield "draft-in-list", Question(f"/admin/orders?id={draft}", headers.secret)
    yield "drafts", Question("/admin/draft-orders?limit=3", headers.secret)


def _fields(seeded: Seeded, headers: Headers) -> Iterator[tuple[str, Question]]:
    """The same order with other `fields`, some of which give wrong answers."""
    for name, fields in {
        "no-items": "id,total,summary",
        "item-title": "id,total,items.title",
        "no-detail": "id,total,*items",
        "unknown": "id,nothing,*neither.this",
        "added": "%2Bemail,%2Bcurrency_code,*fulfillments.labels",
        "related": "id,*cart,*sales_channel,*region,*order_changes,*exchanges,*claims,*transactions",
    }.items():
        path = f"/admin/orders/{seeded.orders['partly_shipped']}?fields={fields}"
        yield f"fields-{name}", Question(path, headers.secret)


def _refused(seeded: Seeded, headers: Headers) -> Iterator[tuple[str, Question]]:
    order, cart = (f"/admin/orders/{seeded.orders['discount']}", f"/store/carts/{seeded.carts['open']}")
    yield "error-wrong-key", Question(order, basic("sk_" + "0" * 64))
    yield "error-no-key", Question(order)
    yield "error-bearer", Question(order, headers.bearer)
    yield "error-bearer-wrong", Question(order, {"authorization": "Bearer nothing"})
    yield "error-publishable-as-secret", Question(order, basic(seeded.keys.publishable))
    yield "error-key-as-password", Question(order, {"authorization": _as_password(seeded.keys.secret)})
    yield "error-post", Question(order + "/nothing", headers.secret, "POST")
    yield "error-unknown-order", Question(f"/admin/orders/order_{NOBODY}?fields={ORDER_FIELDS}", headers.secret)
    yield "error-order-by-number", Question("/admin/orders/2", headers.secret)
    yield "error-unknown-route", Question("/admin/nothing", headers.secret)
    yield "error-bad-query", Question("/admin/orders?limit=nope", headers.secret)
    yield "error-bad-filter", Question("/admin/orders?status[$nope]=1", headers.secret)
    for number, id in enumerate(STRANGE):
        yield f"strange-order-{number}", Question(f"/admin/orders/{id}", headers.secret)
        yield f"strange-cart-{number}", Question(f"/store/carts/{id}", headers.publishable)
    yield "error-cart-as-order", Question(f"/admin/orders/{seeded.carts['open']}", headers.secret)
    yield "error-order-as-cart", Question(f"/store/carts/{seeded.orders['discount']}", headers.publishable)
    yield "error-unknown-cart", Question(f"/store/carts/cart_{NOBODY}", headers.publishable)
    yield "error-cart-no-key", Question(cart)
    yield "error-cart-wrong-key", Question(cart, {"x-publishable-api-key": "pk_" + "0" * 64})
    yield "error-cart-secret-key", Question(cart, {"x-publishable-api-key": seeded.keys.secret})
    yield "cart-with-both-keys", Question(cart, headers.publishable | headers.secret)
    yield "admin-carts", Question(f"/admin/carts/{seeded.carts['open']}", headers.secret)
    yield "store-order", Question(f"/store/orders/{seeded.orders['discount']}", headers.publishable)
    yield "health", Question("/health")


def _as_password(key: str) -> str:
    return "Basic " + b64encode(f"x:{key}".encode()).decode()
