"""What looks like a secret: passwords, keys and card numbers, which LIC asks about before it keeps them."""

import re

_NAMED = re.compile(
    r"\b(?:(?P<password>pass ?words?|pass ?codes?|pass ?phrases?|passwd|pwd|pin(?: ?(?:code|number))?|cvv|cvc|tan|puk|security code|"
    r"(?:recovery|seed) (?:phrase|words|code)|alarm code|door code|one-time code)|"
    r"(?P<key>(?:api|secret|private|access|licen[cs]e|encryption|ssh|wallet) ?(?:key|token)s?|bearer token|auth token|client secret)|"
    r"(?P<number>social security number|ssn|passport number|credit card number|card number|account number|iban|tax id))\b",
    re.IGNORECASE,
)
_KINDS = {"password": "a password", "key": "a secret key", "number": "a private number"}
# What is given away by its form alone: keys of well-known services, a private key's header, a token in three parts.
_KEYS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|\b(?:sk|pk|rk)[-_](?:live|test|proj|ant)?[-_]?[A-Za-z0-9]{16,}|\bgh[pousr]_[A-Za-z0-9]{20,}|\bAKIA[0-9A-Z]{16}\b|"
    r"\bxox[abprs]-[A-Za-z0-9-]{10,}|\bAIza[0-9A-Za-z_-]{30,}|\bhf_[A-Za-z0-9]{20,}|\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{5,}"
)
_DIGITS = re.compile(r"(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
_SAYS_ONE = re.compile(r"\b(?:is|are|was|=|:)\s*\S+|[=:]\s*\S+|\d{3,}", re.IGNORECASE)
_BASE = 97


def secret_in(text: str) -> str:
    """What kind of secret a text seems to hold, with its article; empty where it holds none.

    >>> secret_in("The wifi password is Heron7"), secret_in("My card is 4111 1111 1111 1111"), secret_in("I forgot my password")
    ('a password', 'a card number', '')
    """
    if _KEYS.search(text):
        return "a secret key"
    if any(_is_card(match.group()) for match in _DIGITS.finditer(text)):
        return "a card number"
    if any(_is_iban(match.group()) for match in _IBAN.finditer(text)):
        return "a bank account"
    named = _NAMED.search(text)
    if named is None or not _SAYS_ONE.search(text):
        return ""
    return next(_KINDS[name] for name, value in named.groupdict().items() if value)


def _is_card(number: str) -> bool:
    """Whether the digits satisfy the check digit of cards (ISO/IEC 7812-1, Luhn)."""
    digits = [int(c) for c in reversed(number) if c.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) if i % 2 else digit for i, digit in enumerate(digits)]
    return len(set(digits)) > 1 and sum(doubled) % 10 == 0


def _is_iban(number: str) -> bool:
    """Whether a number satisfies the check digits of bank accounts (ISO 13616)."""
    plain = number.replace(" ", "")
    return int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % _BASE == 1
