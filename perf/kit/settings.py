"""What one setting each adds to a configuration that does nothing but forward."""

from dataclasses import dataclass, field
from typing import Callable

from kit.bootstrap import TYPE, access, typed

FILTER = "extensions.filters.http."
ALWAYS = {"default_value": {"numerator": 100}}
MANY = 1_000_000_000
# A value of each kind: text, of the request, of the connection, of the answer.
FROM_REQUEST, FROM_ANSWER = "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% %PROTOCOL%", "%RESPONSE_CODE% %UPSTREAM_HOST%"
JSON_LINE = {
    "start": "%START_TIME%", "method": "%REQ(:METHOD)%", "path": "%REQ(:PATH)%", "host": "%REQ(:AUTHORITY)%", "code": "%RESPONSE_CODE%",
    "flags": "%RESPONSE_FLAGS%", "sent": "%BYTES_SENT%", "millis": "%DURATION%", "endpoint": "%UPSTREAM_HOST%",
    "client": "%DOWNSTREAM_REMOTE_ADDRESS%"}


class Parts:
    """Of a bootstrap with one listener, one route and one cluster."""

    def __init__(self, file):
        self.manager = file.listeners[0]["filter_chains"][0]["filters"][0]["typed_config"]
        self.host = self.manager["route_config"]["virtual_hosts"][0]
        self.route = self.host["routes"][0]["route"]
        self.cluster = next(iter(file.clusters.values()))


@dataclass(frozen=True)
class Setting:
    """
    kind: of load, HTTP/1.1 or gRPC. environment and arguments: of the process; {collector} is a URL that takes spans. scraped: its
    statistics are asked for each second.
    """

    name: str
    group: str
    title: str
    change: Callable = lambda parts: None
    kind: str = "http1"
    environment: dict = field(default_factory=dict)
    arguments: tuple = ()
    scraped: bool = False


def http_filter(kind, message, **fields):
    return with_filter({"name": kind, "typed_config": typed(f"{FILTER}{kind}.v3.{message}", **fields)})


def with_filter(config):
    return lambda parts: parts.manager["http_filters"].insert(0, config)


def breaker():
    return with_filter({"name": "breaker", "typed_config": {
        "@type": TYPE.replace("envoy.", "weft.") + "filters.http.error_rate_breaker.v1.ErrorRateBreaker", "max_concurrent": 1000}})


def cors(parts):
    http_filter("cors", "Cors")(parts)
    parts.host["typed_per_filter_config"] = {"cors": typed(
        FILTER + "cors.v3.CorsPolicy", allow_origin_string_match=[{"exact": "https://app.test"}], allow_methods="GET, POST")}


def mutation(request, answer):
    def append(name, value):
        return [{"append": {"header": {"key": name, "value": value}}}]

    return http_filter("header_mutation", "HeaderMutation", mutations={
        "request_mutations": append("x-through", request), "response_mutations": append("x-from", answer)})


def route_headers(request, answer):
    def change(parts):
        route = parts.host["routes"][0]
        route["request_headers_to_add"] = [{"header": {"key": "x-through", "value": request}}]
        route["response_headers_to_add"] = [{"header": {"key": "x-from", "value": answer}}]

    return change


def on_route(**fields):
    return lambda parts: parts.route.update(fields)


def on_cluster(**fields):
    return lambda parts: parts.cluster.update(fields)


def budget(parts):
    parts.cluster["circuit_breakers"]["thresholds"][0]["retry_budget"] = {"budget_percent": {"value": 20}, "min_retry_concurrency": 3}


def log(log_filter=None, **form):
    logger = {"name": "file", "typed_config": typed("extensions.access_loggers.file.v3.FileAccessLog", path="/dev/null", **form)}
    if log_filter:
        logger["filter"] = log_filter
    return lambda parts: parts.manager.update(access_log=[logger])


def traced(share):
    return {
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "{collector}",
        "OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": str(share)}


RETRIES = {"retry_on": "connect-failure,refused-stream,unavailable,retriable-status-codes", "retriable_status_codes": [503], "num_retries": 2}
FAILURES = {"status_code_filter": {"comparison": {"op": "GE", "value": {"default_value": 500, "runtime_key": "none"}}}}
BASE = {"http1": Setting("base", "", "HTTP/1.1, 1 KiB, 32 connections"),
        "grpc": Setting("base-grpc", "", "gRPC unary, 128 bytes, 8 × 32", kind="grpc")}
FILTERS, POLICIES, LOGS, METRICS = "filter", "policy", "log", "statistics, traces"
ALL = {setting.name: setting for setting in (
    Setting("again", "none", "nothing, in a process of its own: what is less than this says nothing"),
    Setting("rbac", FILTERS, "`rbac`, three policies", http_filter("rbac", "RBAC", rules=access(False))),
    Setting("local_ratelimit", FILTERS, "`local_ratelimit`, a bucket that is never empty", http_filter(
        "local_ratelimit", "LocalRateLimit", stat_prefix="wide", filter_enabled=ALWAYS, filter_enforced=ALWAYS,
        token_bucket={"max_tokens": MANY, "tokens_per_fill": MANY, "fill_interval": "1s"})),
    Setting("fault-off", FILTERS, "`fault` without delay and abort", http_filter("fault", "HTTPFault")),
    Setting("fault-0", FILTERS, "`fault`, delay and abort of 0 %", http_filter(
        "fault", "HTTPFault", delay={"fixed_delay": "1s", "percentage": {"numerator": 0}},
        abort={"http_status": 503, "percentage": {"numerator": 0}})),
    Setting("buffer", FILTERS, "`buffer`, requests without a body", http_filter("buffer", "Buffer", max_request_bytes=65536)),
    Setting("cors", FILTERS, "`cors`, requests without an origin", cors),
    Setting("header_mutation", FILTERS, "`header_mutation`, a header each way", mutation("weft", "weft")),
    Setting("header_mutation-format", FILTERS, "the same, each with two operators", mutation(FROM_REQUEST, FROM_ANSWER)),
    Setting("health_check", FILTERS, "`health_check`, another path", http_filter(
        "health_check", "HealthCheck", pass_through_mode=False, headers=[{"name": ":path", "string_match": {"exact": "/healthz"}}])),
    Setting("header_to_metadata", FILTERS, "`header_to_metadata`, one value", http_filter("header_to_metadata", "Config", request_rules=[
        {"header": "x-version", "on_header_missing": {"metadata_namespace": "notes", "key": "version", "value": "none"}}])),
    Setting("breaker", FILTERS, "error-rate breaker", breaker()),
    Setting("grpc_stats", FILTERS, "`grpc_stats`, all calls together", http_filter("grpc_stats", "FilterConfig"), kind="grpc"),
    Setting("grpc_stats-methods", FILTERS, "`grpc_stats`, each method, with times", http_filter(
        "grpc_stats", "FilterConfig", stats_for_all_methods=True, enable_upstream_stats=True), kind="grpc"),
    Setting("headers", POLICIES, "a header each way, of the route", route_headers("weft", "weft")),
    Setting("headers-format", POLICIES, "the same, each with two operators", route_headers(FROM_REQUEST, FROM_ANSWER)),
    Setting("retries", POLICIES, "retries, two", on_route(retry_policy=RETRIES)),
    Setting("hedging", POLICIES, "the same, beside a try of more than 1 s", on_route(
        retry_policy={**RETRIES, "per_try_timeout": "1s"}, hedge_policy={"hedge_on_per_try_timeout": True})),
    Setting("budget", POLICIES, "a budget for retries", budget),
    Setting("outliers", POLICIES, "passive ejection", on_cluster(
        outlier_detection={"consecutive_5xx": 5, "interval": "10s", "base_ejection_time": "30s"})),
    Setting("log-text", LOGS, "a line of text", log()),
    Setting("log-json", LOGS, "a line of JSON, ten fields", log(log_format={"json_format": JSON_LINE})),
    Setting("log-none", LOGS, "a filter that keeps none", log(FAILURES)),
    Setting("log-own", LOGS, "`--access-log`, JSON", arguments=("--access-log", "/dev/null")),
    Setting("scraped", METRICS, "Prometheus asks each second", scraped=True),
    Setting("trace-1", METRICS, "spans of 1 % by OTLP", environment=traced(0.01)),
    Setting("trace-100", METRICS, "spans of all by OTLP, as many as its queue takes", environment=traced(1)),
)}
