"""Package registries."""

from haulier.redact.pattern import HEX, LOWER, Family, sample, token

family = Family(
    patterns=(
        token("npm-token", "npm_", rest=r"[A-Za-z0-9]{30,}", bounded=False),
        token(
            "npm-token",
            ":_authToken=",
            ":_auth=",
            ":_password=",
            rest=r"[^\s\"\'${}][^\s\"\']{7,}",
            bounded=False,
        ),
        token("pypi-token", "pypi-", rest=r"[A-Za-z0-9_\-]{50,}", bounded=False),
        token("rubygems-key", "rubygems_", rest=r"[a-f0-9]{40,}", bounded=False),
        token("nuget-key", "oy2", rest=r"[a-z0-9]{43}(?![A-Za-z0-9])"),
        token("clojars-token", "CLOJARS_", rest=r"[A-Za-z0-9]{50,}", bounded=False),
        token("crates-token", "cio", rest=r"[A-Za-z0-9]{32}(?![A-Za-z0-9])"),
        token(
            "packagist-token",
            "packagist_uut_",
            "packagist_ort_",
            "packagist_orr_",
            "packagist_mpt_",
            rest=r"[a-f0-9]{40,}",
        ),
        token("artifactory-token", "AKCp", rest=r"[A-Za-z0-9]{30,}"),
        token("artifactory-token", "cmVmdGtuOjAx", rest=r"[A-Za-z0-9+/]{20,}={0,2}"),
        token(
            "anaconda-token",
            "/t/",
            rest=r"[A-Za-z]{2,8}-[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}",
            bounded=False,
        ),
    ),
    hides=(
        "np" + "m_" + sample(36),
        "pypi-AgEIc" + "HlwaS5vcmc" + sample(80),
        "ruby" + "gems_" + sample(48, HEX),
        "o" + "y2" + sample(43, LOWER),
        "CLOJ" + "ARS_" + sample(60, LOWER),
        "AK" + "Cp" + sample(69),
        "cmVmdG" + "tuOjAx" + sample(50),
    ),
    keeps=(
        "npm_config_registry",
        "pypi-server",
        "oy2",
        "cio",
    ),
)
