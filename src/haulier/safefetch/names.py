"""Names that never lead to the public web: data, one suffix a line, with its source."""

SPECIAL_SUFFIXES: dict[str, tuple[str, str]] = {
    "local": ("multicast_dns_name", "RFC 6762"),
    "internal": ("internal_name", "ICANN resolution 2024.07.29.06"),
    "intranet": ("internal_name", "RFC 6762 G"),
    "private": ("internal_name", "RFC 6762 G"),
    "corp": ("internal_name", "RFC 6762 G"),
    "home": ("internal_name", "RFC 6762 G"),
    "lan": ("internal_name", "RFC 6762 G"),
    "localdomain": ("internal_name", "customary in hosts files"),
    "home.arpa": ("internal_name", "RFC 8375"),
    "onion": ("onion_name", "RFC 7686"),
    "alt": ("alternative_name", "RFC 9476"),
    "invalid": ("reserved_name", "RFC 6761 6.4"),
    "arpa": ("infrastructure_name", "RFC 3172"),
    "metadata.google.internal": ("metadata_name", "Google Cloud metadata server"),
    "metadata.goog": ("metadata_name", "Google Cloud metadata server"),
    "metadata.packet.net": ("metadata_name", "Equinix Metal metadata"),
    "metadata.platformequinix.com": ("metadata_name", "Equinix Metal metadata"),
    "metadata.tencentyun.com": ("metadata_name", "Tencent Cloud instance metadata"),
    "instance-data.ec2.internal": ("metadata_name", "Amazon EC2 instance metadata"),
    "svc": ("cluster_name", "Kubernetes service names"),
    "cluster.local": ("cluster_name", "Kubernetes service names"),
    "consul": ("cluster_name", "HashiCorp Consul service names"),
}


def special_reason(name: str) -> str | None:
    """Return why a name (lower case, no final dot) is not of the public web, or None.

    `localhost` and what is under it is not special here: the resolver answers it with 127.0.0.1
    (RFC 6761 6.3), and this address is judged like any other.
    """
    if is_localhost(name):
        return None
    rest = name
    while rest:
        if rest in SPECIAL_SUFFIXES:
            return SPECIAL_SUFFIXES[rest][0]
        rest = rest.partition(".")[2]
    return None if "." in name else "single_label"


def is_localhost(name: str) -> bool:
    """Tell whether a name is `localhost` or lies under it."""
    return name == "localhost" or name.endswith(".localhost")
