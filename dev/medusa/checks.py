"""What is asked of the server about a Medusa that really runs, and what has to come of it."""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from ..hosting.processes import Failed
from .client import JSON, Client, with_publishable_key, with_secret_key
from .compared import differences
from .desk import Answer, Installed
from .questions import ORDER_FIELDS
from .seed.wares import AT_ONCE

NOBODYS_ORDER, NOBODYS_CART = "order_01ABCDEFGHJKMNPQRSTVWXYZ00", "cart_01ABCDEFGHJKMNPQRSTVWXYZ00"
ADA = "ada@example.com"
PATIENCE = {"ORDER_MCP_TIMEOUT_SECONDS": "3", "ORDER_MCP_DEADLINE_SECONDS": "6"}
STAFF, CUSTOMER = {"ORDER_MCP_AUDIENCE": "internal"}, {"ORDER_MCP_AUDIENCE": "customer"}


def demand(what: str, ours: object, wanted: object) -> None:
    if ours != wanted:
        raise Failed(f"{what} is {ours!r} and should be {wanted!r}")


async def every_order(at: Installed) -> str:
    """Each seeded order, compared with the Admin API."""
    wrong = []
    with with_secret_key(at.site.address, at.site.seeded.keys.secret) as admin:
        async with at.asking(**STAFF) as desk:
            for name, id in at.site.seeded.orders.items():
                order = admin.get(f"/admin/orders/{id}", fields=ORDER_FIELDS)["order"]
                answer = await desk.order(id, detail="full")
                wrong += [f"{name}: {each}" for each in differences(name, answer, order)]
    if wrong:
        raise Failed("\n".join(wrong))
    return f"{len(at.site.seeded.orders)} orders"


async def to_customers(at: Installed) -> str:
    """What a customer reads of each order holds no back end, no raw word, nobody's address."""
    wrong = []
    with with_secret_key(at.site.address, at.site.seeded.keys.secret) as admin:
        async with at.asking(**CUSTOMER) as desk:
            for name, id in at.site.seeded.orders.items():
                order = admin.get(f"/admin/orders/{id}", fields=ORDER_FIELDS)["order"]
                answer = await desk.order(id, detail="full")
                address = order.get("shipping_address") or {}
                secret = [order["email"], address.get("address_1"), address.get("postal_code"), address.get("phone")]
                told = f"{answer.sentence} {answer.shown}"
                wrong += [f"{name} tells {each!r}" for each in secret if each and each in told]
                words = ("medusa", f"{order['status']}/", "fulfil", "order-mcp")
                wrong += [f"{name}: {each!r} in {answer.sentence}" for each in words if each in answer.sentence.lower()]
    if wrong:
        raise Failed("\n".join(wrong))
    return f"{len(at.site.seeded.orders)} orders"


async def every_cart(at: Installed) -> str:
    """Each seeded cart, compared with the Store API; one of them was ordered."""
    carts = at.site.seeded.carts
    with with_publishable_key(at.site.address, at.site.seeded.keys.publishable) as store:
        async with at.asking() as desk:
            for name, id in carts.items():
                cart = store.get(f"/store/carts/{id}")["cart"]
                answer = await desk.cart(id, detail="full")
                shown = answer.shown
                demand(f"{name}: currency", shown.get("currency"), cart["currency_code"].upper())
                demand(f"{name}: total", float(shown["totals"]["total"]), float(cart["total"]))
                demand(f"{name}: lines", shown.get("line_items_total"), len(cart["items"]))
                ordered = cart["completed_at"]
                demand(f"{name}: completed_at", shown.get("completed_at"), ordered and ordered[:19] + "Z")
                demand(f"{name}: says that it was ordered", "It was ordered" in answer.sentence, bool(ordered))
            demand("empty", (await desk.cart(carts["empty"])).sentence.split(". ")[0].endswith("is empty"), True)
    return f"{len(carts)} carts"


async def a_cart_becomes_an_order(at: Installed) -> str:
    """The same cart before and after it is ordered; then the new order, by its number."""
    keys, id = at.site.seeded.keys, at.site.seeded.carts["open"]
    with with_publishable_key(at.site.address, keys.publishable) as store:
        async with at.asking() as desk:
            demand("ordered before", "completed_at" in (await desk.cart(id)).shown, False)
            order = _ordered(store, id)
            demand("ordered after", "completed_at" in (await desk.cart(id)).shown, True)
            found = await desk.find(order_number=str(order["display_id"]))
            demand("found by its number", _ids(found), [order["id"]])
            demand("its status", (await desk.order(order["id"])).shown["status"], "pending")
    return f"number {order['display_id']}"


def _ordered(store: Client, cart: str) -> JSON:
    """Place the order, as a web shop does."""
    option = store.get("/store/shipping-options", cart_id=cart)["shipping_options"][0]["id"]
    store.post(f"/store/carts/{cart}/shipping-methods", {"option_id": option})
    collection = store.post("/store/payment-collections", {"cart_id": cart})["payment_collection"]["id"]
    store.post(f"/store/payment-collections/{collection}/payment-sessions", {"provider_id": AT_ONCE})
    order: JSON = store.post(f"/store/carts/{cart}/complete")["order"]
    return order


async def by_number(at: Installed) -> str:
    """Every number finds its own order and no other, although 2 stands in 12 and 1 in all."""
    with with_secret_key(at.site.address, at.site.seeded.keys.secret) as admin:
        listed = admin.get("/admin/orders", limit="200", fields="id,display_id,custom_display_id")["orders"]
        async with at.asking() as desk:
            for order in listed:
                for number in filter(None, (str(order["display_id"]), order["custom_display_id"])):
                    demand(f"found by {number}", _ids(await desk.find(order_number=number)), [order["id"]])
            beyond = str(max(order["display_id"] for order in listed) + 1000)
            demand(f"found by {beyond}", (await desk.find(order_number=beyond)).code, "not_found")
            demand("found by %", (await desk.find(order_number="1%")).code in ("not_found", "incomplete"), True)
    return f"{len(listed)} numbers"


async def by_email(at: Installed) -> str:
    """Every address finds all orders that have it, or whose customer has it: two customers may share one."""
    with with_secret_key(at.site.address, at.site.seeded.keys.secret) as admin:
        fields = "id,email,*customer"
        listed = admin.get("/admin/orders", limit="200", fields=fields)["orders"]
    known: dict[str, set[str]] = {}
    for order in listed:
        for address in (order["email"], (order.get("customer") or {}).get("email")):
            if address:
                known.setdefault(address.lower(), set()).add(order["id"])
    async with at.asking() as desk:
        for address, ids in known.items():
            found = await desk.find(email=address, limit=10)
            demand(f"found by {address}", set(_ids(found)) <= ids and len(_ids(found)) == min(len(ids), 10), True)
            capitals = await desk.find(email=address.upper(), limit=10)
            demand(f"found by {address} in capitals", _ids(capitals), _ids(found))
        demand("found by nobody's", (await desk.find(email="nobody@example.net")).code, "not_found")
    most = max(known.items(), key=lambda each: len(each[1]))
    return f"{len(known)} addresses; {most[0]} has {len(most[1])} orders"


def _ids(answer: Answer) -> list[str]:
    return [hit["id"] for hit in answer.shown.get("orders", ())]


# What is asked with which settings, and the code that has to come.
REFUSALS: Mapping[str, tuple[Mapping[str, str], str, str, str]] = {
    "an unknown order": ({}, "order", NOBODYS_ORDER, "not_found"),
    "an unknown cart": ({}, "cart", NOBODYS_CART, "not_found"),
    "a number for an id": ({}, "order", "12", "invalid_input"),
    "a wrong key": ({"MEDUSA_SECRET_KEY": "sk_wrong"}, "order", NOBODYS_ORDER, "unauthorized"),
    "a wrong publishable key": ({"MEDUSA_PUBLISHABLE_KEY": "pk_wrong"}, "cart", NOBODYS_CART, "unauthorized"),
    "no publishable key": ({"MEDUSA_PUBLISHABLE_KEY": ""}, "cart", NOBODYS_CART, "not_configured"),
    "a path that is not Medusa's": ({"MEDUSA_BASE_URL": "{address}/elsewhere"}, "order", NOBODYS_ORDER, "bad_response"),
}


async def refusals(at: Installed) -> str:
    """What cannot be answered has the right code, and no key in it."""
    for what, (settings, noun, id, code) in REFUSALS.items():
        filled = {name: value.format(address=at.site.address) for name, value in settings.items()}
        async with at.asking(**filled) as desk:
            answer = await (desk.order(id) if noun == "order" else desk.cart(id))
        demand(what, answer.code, code)
        demand(f"{what}: a key in it", at.site.seeded.keys.secret in answer.sentence, False)
    return f"{len(REFUSALS)} refusals"


async def database_gone(at: Installed) -> str:
    """Its database is stopped in the middle: calls end in time, say so, and work again once it is back."""
    id, cart = at.site.seeded.orders["shipped"], at.site.seeded.carts["empty"]
    async with at.asking(**PATIENCE) as desk:
        demand("before", (await desk.order(id)).code, "")
        at.site.postgres.kill()
        began, codes = time.monotonic(), list[str]()
        for what, asked in {
            "an order": desk.order(id),
            "a cart": desk.cart(cart),
            "a search": desk.find(email=ADA),
        }.items():
            answer = await asked
            # Without it, it refuses every key for as long as its connections are broken, and then hangs.
            named = answer.code == "unauthorized" and "database" in answer.sentence
            if answer.code not in ("timeout", "upstream_error") and not named:
                raise Failed(f"{what} without it: {answer}")
            codes.append(answer.code)
        took = time.monotonic() - began
        demand("three calls in time", took < 3 * float(PATIENCE["ORDER_MCP_DEADLINE_SECONDS"]) + 3, True)
        at.site.postgres.start()
        demand("afterwards", (await desk.order(id)).code, "")
    return f"three calls without it ended after {took:.0f} s: {', '.join(codes)}"


async def doctor(at: Installed) -> str:
    """`doctor` says that it works; without the package nobody knows it."""
    with_it = at.run("doctor", variables=at.variables())
    demand("doctor", (with_it.returncode, "medusa: works" in with_it.stdout), (0, True))
    without = at.run("doctor", variables={**at.variables(), "PYTHONPATH": ""})
    demand("without the package", "medusa" in without.stdout.lower(), False)
    return "works with the package, unknown without it"


async def verified(at: Installed) -> str:
    """Where customers are verified, the id and the number open an order to its own address, and to no other."""
    with with_secret_key(at.site.address, at.site.seeded.keys.secret) as admin:
        order = admin.get(f"/admin/orders/{at.site.seeded.orders['shipped']}", fields=ORDER_FIELDS)["order"]
    right = ["--email", order["email"]], ["--postal-code", order["shipping_address"]["postal_code"]]
    wrong = ["--email", "eve@example.com"], ["--postal-code", "99999"]
    variables = at.variables(ORDER_MCP_VERIFY="1")
    for asked in (order["id"], str(order["display_id"])):
        for shown in (*right, *wrong):
            told = at.run("get-order", asked, "--json", *shown, variables=variables)
            demand(f"{asked} with {shown}", told.returncode, 0 if shown in right else 1)
    return "8 questions"


class Check(NamedTuple):
    title: str
    run: Callable[[Installed], Awaitable[str]]


CHECKS = (
    Check("every order beside the Admin API", every_order),
    Check("every order to its customer", to_customers),
    Check("every cart beside the Store API", every_cart),
    Check("orders by number", by_number),
    Check("orders by e-mail address", by_email),
    Check("what cannot be answered", refusals),
    Check("customers who are verified", verified),
    Check("doctor", doctor),
    Check("a cart becomes an order", a_cart_becomes_an_order),
    Check("its database is stopped in the middle", database_gone),
)
