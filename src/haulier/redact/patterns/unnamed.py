"""Tokens of providers that nobody listed: a word that says what it is, then a random run."""

from haulier.redact.pattern import HEX, LOWER, Family, sample, token

_RANDOM = r"(?=[A-Za-z]{0,19}[0-9])(?=[0-9]{0,19}[A-Za-z])[A-Za-z0-9]{20,}"

family = Family(
    patterns=(
        token(
            "api-key",
            *(
                "_live_",
                "_prod_",
                "_api_key_",
                "_apikey_",
                "_key_live_",
                "_key_prod_",
                "_key_test_",
                "-apikey-",
            ),
            rest=_RANDOM,
            bounded=False,
        ),
        token(
            "token",
            *("_pat_", "_token_", "_access_token_", "-token-", "_oauth_", "_sat_"),
            rest=_RANDOM,
            bounded=False,
        ),
        token("secret", "_secret_", "_sk_", "-secret-", "_sec_", rest=_RANDOM, bounded=False),
    ),
    hides=(
        "acme" + "_live_" + sample(32),
        "acme" + "_sk_" + sample(40, HEX),
        "acme" + "_pat_" + sample(24, LOWER),
        "acme" + "_secret_" + sample(30),
    ),
    keeps=(
        "is_live_streaming_enabled",
        "user_token_" + "abcdefghijklmnopqrstuvwxyz",
        "the_secret_santa_2026",
        "test_token_expiry_is_checked_before_use",
    ),
)
