"""Whether what somebody says is what an order knows of its customer."""

from collections.abc import Iterator
from itertools import pairwise

from ..comparing import Proof, email_form, is_postal_code, postal_code_form, words_of
from ..models import Order


def passes(order: Order, proof: Proof) -> bool:
    """Whether all that was said, and that the order has something to compare with, is right; and that is something."""
    compared = []
    if proof.email is not None and order.customer is not None and order.customer.email:
        compared.append(email_form(order.customer.email) == proof.email)
    if proof.postal_code is not None and (known := set(_postal_codes(order))):
        compared.append(proof.postal_code in known)
    return bool(compared) and all(compared)


def _postal_codes(order: Order) -> Iterator[str]:
    """What may be a postal code of it. An address in one piece does not say which of its words that is."""
    for address in (order.shipping_address, order.billing_address):
        if address is None:
            continue
        if address.postal_code:
            yield from filter(is_postal_code, [postal_code_form(address.postal_code)])
        if address.formatted:
            words = words_of(address.formatted)
            candidates = [*words, *map("".join, pairwise(words))]
            # "Unit 5" and "Level 1" are no postal codes: every real one of this length has two digits.
            yield from (each for each in candidates if is_postal_code(each) and sum(map(str.isdigit, each)) > 1)
