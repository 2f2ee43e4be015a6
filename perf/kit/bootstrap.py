"""The configuration that Weft and Envoy both run from: an Envoy v3 bootstrap, the same file for both."""

import json

TYPE = "type.googleapis.com/envoy."
SERVER, CLIENT = "spiffe://perf.local/ns/perf/sa/server", "spiffe://perf.local/ns/perf/sa/client"
THRESHOLDS = {"max_connections": 10000, "max_pending_requests": 10000, "max_requests": 100000}


def typed(kind, **fields):
    return {"@type": TYPE + kind, **fields}


def address(port):
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


class Bootstrap:
    """
    realistic: what a sidecar in a mesh does: several routes, retries, a retry budget, thresholds, passive ejection, access by
    role. Bare: one route, nothing else.
    """

    def __init__(self, name, folder, realistic, admin):
        self.name, self.folder, self.realistic, self.admin = name, folder, realistic, admin
        self.listeners, self.clusters = [], {}

    def pem(self, file):
        return {"inline_string": (self.folder / file).read_text()}

    def write(self):
        path = self.folder / f"{self.name}.json"
        path.write_text(json.dumps({
            "node": {"id": self.name, "cluster": self.name},
            "admin": {"address": address(self.admin)},
            "static_resources": {"listeners": self.listeners, "clusters": list(self.clusters.values())},
        }, indent=1))
        return path

    # --- listeners ---

    def http(self, name, port, upstream, tls=None, alpn=("http/1.1",), upstream_port=None, http2=False, upstream_tls=None):
        """A listener whose requests go to a cluster of its own name."""
        self.cluster(name, upstream_port if upstream_port else upstream, http2, upstream_tls)
        self.listener(name, port, self.manager(name, http2, tls == "mutual"), tls, alpn)

    def tcp(self, name, port, upstream):
        self.cluster(name, upstream, False, None)
        relay = typed("extensions.filters.network.tcp_proxy.v3.TcpProxy", stat_prefix=name, cluster=name)
        self.listener(name, port, {"name": "envoy.filters.network.tcp_proxy", "typed_config": relay}, None, ())

    def listener(self, name, port, network_filter, tls, alpn):
        chain = {"filters": [network_filter]}
        if tls:
            chain["transport_socket"] = self.downstream_tls(tls == "mutual", alpn)
        self.listeners.append({"name": name, "address": address(port), "filter_chains": [chain]})

    def manager(self, name, long_lived, mutual):
        forward = {"cluster": name, "timeout": "0s" if long_lived else "15s"}
        routes = [{"match": {"prefix": "/"}, "route": forward}]
        filters = [{"name": "envoy.filters.http.router", "typed_config": typed("extensions.filters.http.router.v3.Router")}]
        more = {}
        if self.realistic:
            forward["retry_policy"] = {
                "retry_on": "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes",
                "retriable_status_codes": [503], "num_retries": 2}
            plain = {"cluster": name}
            routes = [
                {"name": "admin", "match": {"prefix": "/admin"}, "route": plain},
                {"name": "exact", "match": {"path": "/api/v1/orders"}, "route": plain},
                {"name": "regex", "match": {"safe_regex": {"regex": "/api/v[0-9]+/items/[^/]+"}}, "route": plain},
                {"name": "canary", "match": {"prefix": "/", "headers": [
                    {"name": "x-canary", "string_match": {"exact": "1"}}]}, "route": plain},
                {"name": "default", **routes[0]},
            ]
            filters.insert(0, {"name": "envoy.filters.http.rbac", "typed_config": typed(
                "extensions.filters.http.rbac.v3.RBAC", rules=access(mutual))})
            more = {"use_remote_address": True}
            if mutual:
                more["forward_client_cert_details"] = "SANITIZE_SET"
        return {"name": "envoy.filters.network.http_connection_manager", "typed_config": typed(
            "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
            stat_prefix=name, codec_type="AUTO", stream_idle_timeout="0s",
            http2_protocol_options={"max_concurrent_streams": 1000},
            route_config={"name": name, "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": routes}]},
            http_filters=filters, **more)}

    def downstream_tls(self, mutual, alpn):
        common = {
            "tls_params": {"tls_minimum_protocol_version": "TLSv1_3", "tls_maximum_protocol_version": "TLSv1_3"},
            "alpn_protocols": list(alpn),
            "tls_certificates": [{"certificate_chain": self.pem("server.pem"), "private_key": self.pem("server.key")}]}
        if mutual:
            common["validation_context"] = {"trusted_ca": self.pem("ca.pem")}
        return {"name": "envoy.transport_sockets.tls", "typed_config": typed(
            "extensions.transport_sockets.tls.v3.DownstreamTlsContext",
            require_client_certificate=mutual, common_tls_context=common)}

    # --- clusters ---

    def cluster(self, name, port, http2, tls):
        protocol = {"http2_protocol_options": {}} if http2 else {"http_protocol_options": {}}
        cluster = {
            "name": name, "type": "STATIC", "connect_timeout": "5s",
            "lb_policy": "LEAST_REQUEST" if self.realistic else "ROUND_ROBIN",
            "circuit_breakers": {"thresholds": [
                {**THRESHOLDS, **({"retry_budget": {"budget_percent": {"value": 20}, "min_retry_concurrency": 3}}
                                  if self.realistic else {})}]},
            "typed_extension_protocol_options": {"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": typed(
                "extensions.upstreams.http.v3.HttpProtocolOptions", explicit_http_config=protocol)},
            "load_assignment": {"cluster_name": name, "endpoints": [
                {"lb_endpoints": [{"endpoint": {"address": address(port)}}]}]},
        }
        if self.realistic:
            cluster["outlier_detection"] = {"consecutive_5xx": 5, "interval": "10s", "base_ejection_time": "30s"}
        if tls:
            cluster["transport_socket"] = self.upstream_tls(tls)
        self.clusters[name] = cluster

    def upstream_tls(self, alpn):
        return {"name": "envoy.transport_sockets.tls", "typed_config": typed(
            "extensions.transport_sockets.tls.v3.UpstreamTlsContext", sni="localhost", common_tls_context={
                "tls_params": {"tls_minimum_protocol_version": "TLSv1_3", "tls_maximum_protocol_version": "TLSv1_3"},
                "alpn_protocols": [alpn],
                "tls_certificates": [{"certificate_chain": self.pem("client.pem"), "private_key": self.pem("client.key")}],
                "validation_context": {"trusted_ca": self.pem("ca.pem"), "match_typed_subject_alt_names": [
                    {"san_type": "URI", "matcher": {"exact": SERVER}}]}})}


def access(mutual):
    def path(match):
        return {"url_path": {"path": match}}

    def method(name):
        return {"header": {"name": ":method", "string_match": {"exact": name}}}

    def identity(match):
        return {"authenticated": {"principal_name": match}}

    caller = identity({"exact": CLIENT}) if mutual else {"direct_remote_ip": {"address_prefix": "127.0.0.0", "prefix_len": 8}}
    return {"action": "ALLOW", "policies": {
        "1-admin": {
            "permissions": [{"and_rules": {"rules": [path({"prefix": "/admin"}), method("DELETE")]}}],
            "principals": [identity({"prefix": "spiffe://perf.local/ns/ops/"})]},
        "2-metrics": {
            "permissions": [path({"exact": "/metrics"})], "principals": [identity({"prefix": "spiffe://perf.local/ns/monitoring/"})]},
        "3-calls": {
            "permissions": [{"and_rules": {"rules": [
                path({"prefix": "/"}), {"or_rules": {"rules": [method("GET"), method("POST")]}}]}}],
            "principals": [caller]},
    }}
