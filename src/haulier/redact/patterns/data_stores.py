"""Databases and data platforms."""

from haulier.redact.pattern import HEX, Family, sample, token

family = Family(
    patterns=(
        token(
            "planetscale-token",
            "pscale_tkn_",
            "pscale_pw_",
            "pscale_oauth_",
            "pscale_api_",
            rest=r"[A-Za-z0-9_.=\-]{30,}",
            bounded=False,
        ),
        token("supabase-key", "sbp_", "sb_secret_", "sbp_v0_", rest=r"[A-Za-z0-9_\-]{20,}"),
        token("neon-key", "napi_", "npg_", rest=r"[A-Za-z0-9]{12,}"),
        token(
            "databricks-token",
            "dapi",
            "dose",
            "dkea",
            rest=r"[a-f0-9]{32}(?:-[0-9])?(?![A-Za-z0-9])",
        ),
        token("snowflake-token", "ver:1-hint:", "ETMsDgAAA", rest=r"[A-Za-z0-9+/=:\-]{20,}"),
        token("aiven-token", "aivenv1", "AVNS_", rest=r"[A-Za-z0-9_\-+/=]{16,}"),
        token("clickhouse-key", "4b1d", rest=r"[A-Za-z0-9]{38}(?![A-Za-z0-9])"),
        token("mongodb-key", "mdb_sa_sk_", rest=r"[A-Za-z0-9_\-]{20,}"),
        token("airtable-token", "pat", rest=r"[A-Za-z0-9]{14}\.[a-f0-9]{64}"),
        token("confluent-key", "cflt", rest=r"[A-Za-z0-9+/]{58,}"),
        token("dbt-token", "dbtc_", "dbtu_", rest=r"[A-Za-z0-9_\-]{30,}"),
        token("fauna-key", "fnA", rest=r"[A-Za-z0-9_\-]{37,}"),
        token("xata-key", "xau_", "xata_", rest=r"[A-Za-z0-9]{20,}"),
        token("elastic-key", "essu_", rest=r"[A-Za-z0-9+/=]{30,}"),
        token("tinybird-token", "p.eyJ", rest=r"[A-Za-z0-9_.\-]{40,}"),
        token(
            "convex-key",
            "prod:",
            "dev:",
            "preview:",
            rest=r"[a-z]{3,12}-[a-z]{3,12}-[0-9]{1,4}\|[A-Za-z0-9+/=]{30,}",
        ),
    ),
    hides=(
        "pscal" + "e_tkn_" + sample(43),
        "sb" + "p_" + sample(40, HEX),
        "da" + "pi" + sample(32, HEX),
        "AV" + "NS_" + sample(19),
        "pa" + "t" + sample(14) + "." + sample(64, HEX),
        "mdb_s" + "a_sk_" + sample(40),
        "np" + "g_" + sample(16),
        "db" + "tc_" + sample(40),
        "es" + "su_" + sample(60),
    ),
    keeps=(
        "dapi",
        "pattern.matching",
        "napi_get_value",
        "fnAbort",
    ),
)
