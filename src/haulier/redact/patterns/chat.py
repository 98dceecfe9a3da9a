"""Chat and social: Slack, Discord, Telegram, Teams, Mattermost, Facebook, X."""

from haulier.redact.pattern import DIGITS, HEX, UPPER, Family, sample, token

family = Family(
    patterns=(
        token(
            "slack-token",
            "xoxb-",
            "xoxp-",
            "xoxa-",
            "xoxs-",
            "xoxr-",
            "xoxo-",
            "xoxe-",
            "xoxc-",
            "xoxd-",
            "xoxa-2-",
            "xoxe.xoxp-",
            "xoxe.xoxb-",
            "xoxe.xoxa-",
            rest=r"[A-Za-z0-9%+/=\-]{10,}",
            bounded=False,
        ),
        token("slack-token", "xapp-", rest=r"[0-9]-[A-Za-z0-9\-]{20,}", bounded=False),
        token("slack-token", "xwfp-", rest=r"[A-Za-z0-9\-]{20,}"),
        token(
            "slack-webhook",
            "hooks.slack.com/services/",
            "hooks.slack.com/workflows/",
            "hooks.slack.com/triggers/",
            rest=r"[A-Za-z0-9/_\-]{20,}",
            bounded=False,
        ),
        token(
            "discord-webhook",
            "/api/webhooks/",
            rest=r"[0-9]{15,20}/[A-Za-z0-9_\-]{20,}",
            bounded=False,
        ),
        token(
            "discord-token",
            *("MT", "MD", "MA", "Mz", "Mj", "NT", "ND", "NA", "Nz", "Nj", "OD", "OT", "OA"),
            rest=r"[A-Za-z0-9_\-]{20,28}\.[A-Za-z0-9_\-]{6}\.[A-Za-z0-9_\-]{27,}",
        ),
        token("discord-token", "mfa.", rest=r"[A-Za-z0-9_\-]{60,}"),
        token(
            "teams-webhook",
            "/webhookb2/",
            "/IncomingWebhook/",
            rest=r"[A-Za-z0-9@/_\-]{30,}",
            bounded=False,
        ),
        token(
            "telegram-token", ":AA", rest=r"[A-Za-z0-9_\-]{32,34}(?![A-Za-z0-9_\-])", bounded=False
        ),
        token("facebook-token", "EAACEdEose0cBA", "EAA", rest=r"[A-Za-z0-9]{40,}"),
        token("instagram-token", "IGQVJ", "IGQW", "IGAA", rest=r"[A-Za-z0-9_\-]{40,}"),
        token("x-token", "AAAAAAAAAAAAAAAAAAAA", rest=r"(?=[A-Za-z0-9]{0,80}%)[A-Za-z0-9%]{30,}"),
        token("linkedin-token", "AQV", "AQX", "WPL_AP1.", rest=r"[A-Za-z0-9_.=\-]{60,}"),
        token(
            "google-chat-webhook",
            "chat.googleapis.com/v1/spaces/",
            rest=r"[^\s\"\'<>]{20,}",
            bounded=False,
        ),
        token("twitch-token", "oauth:", rest=r"[a-z0-9]{30}(?![a-z0-9])"),
        token(
            "zapier-webhook",
            "hooks.zapier.com/hooks/catch/",
            rest=r"[0-9]+/[A-Za-z0-9]+",
            bounded=False,
        ),
        token("matrix-token", "syt_", rest=r"[A-Za-z0-9+/=]{2,}_[A-Za-z]{10,}_[A-Za-z0-9]{4,}"),
    ),
    hides=(
        "MT" + sample(24) + "." + sample(6) + "." + sample(38, seed="d"),
        "xo" + "xb-" + sample(11, DIGITS) + "-" + sample(12, DIGITS) + "-" + sample(24),
        "xo" + "xp-" + sample(12, DIGITS) + "-" + sample(12, DIGITS) + "-" + sample(32, seed="p"),
        "xapp" + "-1-A" + sample(10, UPPER) + "-" + sample(13, DIGITS) + "-" + sample(64, HEX),
        "https://hooks.slack"
        ".com/services/T" + sample(8, UPPER) + "/B" + sample(8, UPPER, seed="s") + "/" + sample(24),
        "https://discord.com/api" + "/webhooks/" + sample(18, DIGITS) + "/" + sample(68),
        sample(10, DIGITS) + ":A" + "A" + sample(33),
        "E" + "AA" + sample(180),
        "sy" + "t_" + sample(8) + "_AbcdefGhijkLmnopqrst_" + sample(6),
    ),
    keeps=(
        "xoxo, gossip",
        "hooks.slack.com/services/ is the address",
        "EAAlong",
        "oauth:login",
        "12:AA",
    ),
)
