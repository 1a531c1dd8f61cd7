"""From Medusa's orders and carts to those of the vocabulary. Nothing is computed that Medusa does not say."""

from collections.abc import Iterable, Sequence

from order_mcp.provider_api import (
    Address,
    Buyer,
    Cart,
    Customer,
    Fulfillment,
    LineItem,
    Order,
    Parcel,
    ParcelItem,
    Reader,
    filled,
    only,
    reference,
    said,
)

from .amounts import exact, to_totals
from .status import Back, payment_note, to_payment_status, to_status, words
from .wire import (
    CartBody,
    Detail,
    Line,
    OrderBody,
    Summary,
    WireAddress,
    WireCustomer,
    WireParcel,
)

# What Medusa's dashboard, or a shop that was moved here from Shopify, calls the only variant of a product.
ONLY_VARIANT = ("Default variant", "Default Title")


def to_order(wire: OrderBody, read: Reader) -> Order:
    status, payment, fulfilled = said(wire.status), said(wire.payment_status), said(wire.fulfillment_status)
    totals = to_totals(wire, wire.summary or Summary(), wire.payment_collections or [], read)
    due = read.amount(wire.summary.pending_difference) if wire.summary else None
    paid = payment_note(payment, totals.paid, totals.total, due)
    # Filing it away hides that it was canceled.
    is_canceled = status == "canceled" or (status == "archived" and said(wire.canceled_at) is not None)
    known = "canceled" if is_canceled else status
    standing, note = to_status(known, fulfilled, what_came_back(wire.items or [], read), paid, read)
    return Order(
        id=wire.id,
        order_number=said(wire.display_id),
        status=standing,
        provider_status=words(status, payment, fulfilled),
        status_note=note if any(note.told) else None,
        payment_status=to_payment_status(payment, is_canceled, totals.paid, due, read),
        references=only([reference("external", wire.custom_display_id)]),
        currency=read.currency(wire.currency_code),
        totals=filled(totals),
        line_items=None if wire.items is None else to_lines(wire.items, read),
        customer=to_customer(wire),
        shipping_address=to_address(wire.shipping_address),
        billing_address=to_address(wire.billing_address),
        fulfillment=to_fulfillment(wire.fulfillments or [], read),
        created_at=read.moment(wire.created_at),
        updated_at=read.moment(wire.updated_at),
        warnings=read.warnings,
    )


def to_cart(wire: CartBody, read: Reader) -> Cart:
    buyer = said(wire.customer_id)
    return Cart(
        id=wire.id,
        currency=read.currency(wire.currency_code),
        totals=filled(to_totals(wire, Summary(), [], read)),
        line_items=None if wire.items is None else to_lines(wire.items, read),
        buyer=None if buyer is None else Buyer(id=buyer),
        completed_at=read.moment(wire.completed_at),
        warnings=read.warnings,
    )


def what_came_back(lines: Sequence[Line], read: Reader) -> Back:
    """Whether units came back, all of them, or are to come back. Only the lines tell."""
    quantities = [read.number(line.quantity) or 0 for line in lines]
    back = [came_back(line.detail, read) or 0 for line in lines]
    asked_for = [read.number(line.detail.return_requested_quantity) for line in lines if line.detail]
    return Back(
        all=any(back) and all(came >= units for came, units in zip(back, quantities, strict=True)),
        some=any(back),
        requested=any(asked_for),
    )


def came_back(detail: Detail | None, read: Reader) -> int | float | None:
    """How many units of a line came back: those that can be sold again, and those that cannot."""
    if detail is None:
        return None
    parts = [read.number(detail.return_received_quantity), read.number(detail.return_dismissed_quantity)]
    known = [part for part in parts if part is not None]
    return sum(known) if known else None


def to_lines(lines: Sequence[Line], read: Reader) -> list[LineItem]:
    # Medusa gives them in any order. By their ids it is always the same one.
    lines = sorted(lines, key=lambda line: line.id or "")
    details = [line.detail or Detail() for line in lines]
    shipped = spoken_of([read.number(detail.shipped_quantity) for detail in details])
    delivered = spoken_of([read.number(detail.delivered_quantity) for detail in details])
    returned = spoken_of([came_back(detail, read) for detail in details])
    return [
        LineItem(
            id=said(line.id),
            title=said(line.title),
            variant_title=None if line.variant_title in ONLY_VARIANT else said(line.variant_title),
            sku=said(line.variant_sku),
            product_id=said(line.product_id),
            variant_id=said(line.variant_id),
            quantity=read.number(line.quantity),
            shipped=shipped[at],
            delivered=delivered[at],
            returned=returned[at],
            unit_price=read.amount(exact(line.unit_price, line.raw_unit_price)),
            total=read.amount(exact(line.total, line.raw_total)),
        )
        for at, line in enumerate(lines)
    ]


def spoken_of(counts: list[int | float | None]) -> list[int | float | None]:
    """These counts where one of them is more than nothing: beside a 4, a 0 tells which line is behind."""
    return counts if any(counts) else [None] * len(counts)


def to_fulfillment(parcels: Iterable[WireParcel], read: Reader) -> Fulfillment | None:
    """One parcel as dates and a number, several one by one. A parcel that was called off is none."""
    sent = sorted((each for each in parcels if not said(each.canceled_at)), key=lambda each: each.created_at or "")
    numbers = [tracking_numbers(each) for each in sent]
    if len(sent) == 1 and len(numbers[0]) <= 1:
        parcel = sent[0]
        return filled(
            Fulfillment(
                shipped_at=read.moment(parcel.shipped_at),
                delivered_at=read.moment(parcel.delivered_at),
                tracking_number=next(iter(numbers[0]), None),
            )
        )
    told = [to_parcel(each, tracked, read) for each, tracked in zip(sent, numbers, strict=True)]
    return Fulfillment(parcels=told) if told else None


def to_parcel(parcel: WireParcel, numbers: list[str], read: Reader) -> Parcel:
    items = [
        ParcelItem(line_item_id=said(item.line_item_id), quantity=read.number(item.quantity))
        for item in sorted(parcel.items or [], key=lambda item: item.line_item_id or "")
    ]
    return Parcel(
        packed_at=read.moment(parcel.packed_at),
        shipped_at=read.moment(parcel.shipped_at),
        delivered_at=read.moment(parcel.delivered_at),
        tracking_numbers=numbers or None,
        items=items or None,
    )


def tracking_numbers(parcel: WireParcel) -> list[str]:
    """The numbers on its labels. Where there is none, people type "#" or "N/A"."""
    numbers = [said(label.tracking_number) for label in parcel.labels or []]
    return [number for number in dict.fromkeys(numbers) if number and any(map(str.isdigit, number))]


def to_customer(wire: OrderBody) -> Customer | None:
    """Who ordered. The e-mail address is the one on the order; the account may have another.

    Whoever types a registered e-mail address is attached to that account. So the person of the account is the one who
    ordered only where an address of the order has that name, too; otherwise a stranger would be told it.
    """
    account = wire.customer or WireCustomer()
    given = [address for address in (wire.shipping_address, wire.billing_address) if address is not None]
    is_named = named(account) is not None and named(account) in map(named, given)
    person = account if is_named else WireCustomer()
    return filled(
        Customer(
            id=said(wire.customer_id),
            name=full_name(person.first_name, person.last_name),
            company=said(person.company_name),
            email=said(wire.email),
            phone=said(person.phone),
        )
    )


def named(person: WireCustomer | WireAddress) -> str | None:
    """A name, to compare it with another."""
    name = full_name(person.first_name, person.last_name)
    return None if name is None else name.casefold()


def to_address(wire: WireAddress | None) -> Address | None:
    if wire is None:
        return None
    code = said(wire.country_code)  # two letters, which Medusa keeps small
    return filled(
        Address(
            name=full_name(wire.first_name, wire.last_name),
            company=said(wire.company),
            street_address=said(wire.address_1),
            extended_address=said(wire.address_2),
            city=said(wire.city),
            region=said(wire.province),
            postal_code=said(wire.postal_code),
            country=None if code is None else code.upper(),
        )
    )


def full_name(*parts: str | None) -> str | None:
    return " ".join(part.strip() for part in parts if part and part.strip()) or None
