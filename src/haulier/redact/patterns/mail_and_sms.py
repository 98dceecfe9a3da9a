"""Mail, SMS and marketing."""

from haulier.redact.pattern import HEX, Family, sample, token

family = Family(
    patterns=(
        token("sendgrid-key", "SG.", rest=r"[A-Za-z0-9_\-]{16,}\.[A-Za-z0-9_\-]{16,}"),
        token("mailgun-key", "key-", rest=r"[a-f0-9]{32}(?![a-f0-9])"),
        token(
            "brevo-key",
            "xkeysib-",
            "xsmtpsib-",
            rest=r"[a-f0-9]{40,}(?:-[A-Za-z0-9]{8,})?",
            bounded=False,
        ),
        token("resend-key", "re_", rest=r"[A-Za-z0-9]{6,10}_[A-Za-z0-9]{20,}"),
        token("twilio-key", "SK", rest=r"[a-f0-9]{32}(?![A-Za-z0-9])"),
        token("mailersend-key", "mlsn.", rest=r"[a-f0-9]{40,}"),
        token("mandrill-key", "md-", rest=r"[A-Za-z0-9_\-]{22}(?![A-Za-z0-9_\-])"),
        token(
            "hubspot-token",
            "pat-na1-",
            "pat-na2-",
            "pat-eu1-",
            "pat-ap1-",
            rest=r"[0-9a-fA-F\-]{30,}",
            bounded=False,
        ),
        token("intercom-token", "dG9rO", rest=r"[A-Za-z0-9+/]{30,}={0,2}"),
        token("klaviyo-key", "pk_", rest=r"[a-f0-9]{34}(?![A-Za-z0-9])"),
        token("messagebird-key", "live_", "test_", rest=r"[A-Za-z0-9]{25}(?![A-Za-z0-9])"),
        token("knock-key", "sk_knock_", rest=r"[A-Za-z0-9_\-]{24,}"),
    ),
    hides=(
        "S" + "G." + sample(22) + "." + sample(43, seed="s"),
        "ke" + "y-" + sample(32, HEX),
        "xkey" + "sib-" + sample(64, HEX) + "-" + sample(16),
        "r" + "e_" + sample(8) + "_" + sample(24, seed="r"),
        "S" + "K" + sample(32, HEX),
        "ml" + "sn." + sample(64, HEX),
        "pat-" + "na1-" + sample(8, HEX) + "-1111-2222-3333-" + sample(12, HEX),
    ),
    keeps=(
        "key-value",
        "SG.x",
        "re_run_the_failed_tests_again_please",
        "md-content-with-many-parts-in-it",
    ),
)
