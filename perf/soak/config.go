package main

import (
	"encoding/json"
	"fmt"

	cluster "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	endpoint "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	listener "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	route "github.com/envoyproxy/go-control-plane/envoy/config/route/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/rbac/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/http/router/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/http_connection_manager/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/filters/network/tcp_proxy/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/retry/host/previous_hosts/v3"
	tls "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"
	_ "github.com/envoyproxy/go-control-plane/envoy/extensions/upstreams/http/v3"
	"github.com/envoyproxy/go-control-plane/pkg/cache/types"
	"github.com/envoyproxy/go-control-plane/pkg/resource/v3"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// plan is what the sidecar is to be at one moment.
type plan struct {
	generation             int
	ports                  map[string]int // of the listeners
	extra                  int            // the generation at which the listener that comes and goes came, 0 when it is away
	members                []int          // first ports of the endpoints
	retries                int
	weight                 int // of 100, for the first target of a split
	balancing              string
	most                   int // requests to a cluster
	idle                   int // seconds of a stream; with an odd number there is an access policy too
	certificate, key, root string
}

type m = map[string]any
type l = []any

func typed(kind string, fields m) m {
	fields["@type"] = "type.googleapis.com/envoy." + kind
	return fields
}

// resources is the plan as the sidecar gets it.
func (p *plan) resources() (map[resource.Type][]types.Resource, error) {
	b := &builder{all: map[resource.Type][]types.Resource{}}
	for name, offset := range map[string]int{"web": 0, "grpc": 1, "secure": 2, "tcp": 3} {
		b.add(resource.ClusterType, &cluster.Cluster{}, p.cluster(name))
		b.add(resource.EndpointType, &endpoint.ClusterLoadAssignment{}, p.endpoints(name, offset))
	}
	// Names that come and go with every change: what is kept by name must not be kept for ever.
	for i := range 3 {
		passing := p.cluster(p.passing(i))
		b.add(resource.ClusterType, &cluster.Cluster{}, passing)
		b.add(resource.EndpointType, &endpoint.ClusterLoadAssignment{}, p.endpoints(p.passing(i), 0))
	}
	b.add(resource.RouteType, &route.RouteConfiguration{}, p.routes())
	for _, name := range []string{"http", "tls", "mtls"} {
		b.add(resource.ListenerType, &listener.Listener{}, p.listener(name, p.manager(name), p.downstream(name)))
	}
	relay := m{"name": "envoy.filters.network.tcp_proxy", "typed_config": typed("extensions.filters.network.tcp_proxy.v3.TcpProxy",
		m{"stat_prefix": "tcp", "cluster": "tcp", "max_connect_attempts": 4})}
	b.add(resource.ListenerType, &listener.Listener{}, p.listener("tcp", relay, nil))
	b.add(resource.SecretType, &tls.Secret{}, p.secret("server"))
	b.add(resource.SecretType, &tls.Secret{}, m{"name": "clients", "validation_context": m{"trusted_ca": m{"inline_string": p.root}}})
	if p.extra > 0 {
		b.add(resource.ListenerType, &listener.Listener{}, p.listener("extra", p.manager("extra"), p.downstream("extra")))
		b.add(resource.SecretType, &tls.Secret{}, p.secret(p.extraSecret()))
	}
	return b.all, b.problem
}

type builder struct {
	all     map[resource.Type][]types.Resource
	problem error
}

func (b *builder) add(kind resource.Type, message proto.Message, fields m) {
	text, err := json.Marshal(fields)
	if err == nil {
		err = protojson.Unmarshal(text, message)
	}
	if err != nil && b.problem == nil {
		b.problem = fmt.Errorf("%s: %w", text, err)
	}
	b.all[kind] = append(b.all[kind], message)
}

func (p *plan) passing(i int) string { return fmt.Sprintf("passing-%d-%d", p.generation, i) }

func (p *plan) extraSecret() string { return fmt.Sprintf("extra-%d", p.extra) }

func (p *plan) secret(name string) m {
	return m{"name": name, "tls_certificate": m{
		"certificate_chain": m{"inline_string": p.certificate}, "private_key": m{"inline_string": p.key}}}
}

func (p *plan) cluster(name string) m {
	protocol := "http_protocol_options"
	if name == "grpc" || name == "secure" {
		protocol = "http2_protocol_options"
	}
	cluster := m{
		"name": name, "type": "EDS", "eds_cluster_config": m{"eds_config": ads()}, "connect_timeout": "5s", "lb_policy": p.balancing,
		"circuit_breakers": m{"thresholds": l{m{
			"max_connections": p.most, "max_pending_requests": p.most, "max_requests": p.most, "max_retries": p.most}}},
		"outlier_detection": m{"consecutive_5xx": 5, "interval": "1s", "base_ejection_time": "2s", "max_ejection_percent": 30,
			"enforcing_success_rate": 0},
		"typed_extension_protocol_options": m{"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": typed(
			"extensions.upstreams.http.v3.HttpProtocolOptions", m{
				"common_http_protocol_options": m{"idle_timeout": "5s"}, "explicit_http_config": m{protocol: m{}}})},
	}
	if name == "secure" {
		// The sidecar's own identity, which it renews.
		cluster["transport_socket"] = m{"name": "envoy.transport_sockets.tls", "typed_config": typed(
			"extensions.transport_sockets.tls.v3.UpstreamTlsContext", m{"sni": "soak.test", "common_tls_context": m{
				"alpn_protocols":                    l{"h2"},
				"tls_certificate_provider_instance": m{"instance_name": "default"},
				"combined_validation_context": m{
					"default_validation_context": m{
						"ca_certificate_provider_instance": m{"instance_name": "default"},
						"match_typed_subject_alt_names": l{m{
							"san_type": "URI", "matcher": m{"exact": spiffe("/ns/soak/sa/backend").String()}}}},
				}}})}
	}
	return cluster
}

func ads() m { return m{"ads": m{}, "resource_api_version": "V3"} }

func (p *plan) endpoints(cluster string, offset int) m {
	var endpoints l
	for _, port := range p.members {
		endpoints = append(endpoints, m{"endpoint": m{"address": address(port + offset)}})
	}
	return m{"cluster_name": cluster, "endpoints": l{m{"locality": m{"region": "here"}, "load_balancing_weight": 1, "lb_endpoints": endpoints}}}
}

func address(port int) m { return m{"socket_address": m{"address": "127.0.0.1", "port_value": port}} }

func (p *plan) listener(name string, filter, transport m) m {
	chain := m{"filters": l{filter}}
	if transport != nil {
		chain["transport_socket"] = transport
	}
	return m{"name": name, "address": address(p.ports[name]), "filter_chains": l{chain}}
}

func (p *plan) manager(name string) m {
	filters := l{m{"name": "envoy.filters.http.router", "typed_config": typed("extensions.filters.http.router.v3.Router", m{})}}
	if p.idle%2 == 1 {
		filters = append(l{m{"name": "envoy.filters.http.rbac", "typed_config": typed("extensions.filters.http.rbac.v3.RBAC", m{
			"rules": m{"action": "ALLOW", "policies": m{fmt.Sprintf("policy-%d", p.generation): m{
				"permissions": l{m{"any": true}}, "principals": l{m{"any": true}}}}}})}}, filters...)
	}
	return m{"name": "envoy.filters.network.http_connection_manager", "typed_config": typed(
		"extensions.filters.network.http_connection_manager.v3.HttpConnectionManager", m{
			"stat_prefix": name, "codec_type": "AUTO", "stream_idle_timeout": fmt.Sprintf("%ds", p.idle),
			"rds":             m{"route_config_name": "routes", "config_source": ads()},
			"upgrade_configs": l{m{"upgrade_type": "websocket"}}, "http_filters": filters})}
}

func (p *plan) downstream(name string) m {
	if name == "http" {
		return nil
	}
	secret := "server"
	if name == "extra" {
		secret = p.extraSecret()
	}
	common := m{"alpn_protocols": l{"h2", "http/1.1"}, "tls_certificate_sds_secret_configs": l{sds(secret)}}
	if name == "mtls" {
		common["validation_context_sds_secret_config"] = sds("clients")
	}
	return m{"name": "envoy.transport_sockets.tls", "typed_config": typed("extensions.transport_sockets.tls.v3.DownstreamTlsContext", m{
		"require_client_certificate": name == "mtls", "common_tls_context": common})}
}

func sds(name string) m { return m{"name": name, "sds_config": ads()} }

// routes: /web, /h2 (which is grpc's port, for gRPC only), /secure and /split are tried again, /once is not when it has been sent.
func (p *plan) routes() m {
	// Elsewhere: the same endpoint, once killed, refuses the next try, too.
	retry := func(on string) m {
		return m{
			"retry_on": on, "num_retries": p.retries, "retriable_status_codes": l{503}, "host_selection_retry_max_attempts": 5,
			"retry_host_predicate": l{m{"name": "envoy.retry_host_predicates.previous_hosts", "typed_config": typed(
				"extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate", m{})}}}
	}
	again := retry("connect-failure,refused-stream,reset,retriable-status-codes,unavailable,cancelled")
	to := func(cluster, timeout string, retry m) m {
		return m{"cluster": cluster, "timeout": timeout, "retry_policy": retry}
	}
	var routes l
	for i := range 10 {
		routes = append(routes, m{
			"match": m{"path": fmt.Sprintf("/passing/%d/%d", p.generation, i)}, "route": to(p.passing(i%3), "15s", again)})
	}
	routes = append(routes,
		m{"match": m{"prefix": "/web/"}, "route": to("web", "30s", again)},
		m{"match": m{"prefix": "/secure/"}, "route": to("secure", "30s", again)},
		m{"match": m{"prefix": "/split/"}, "route": m{"timeout": "30s", "retry_policy": again, "weighted_clusters": m{"clusters": l{
			m{"name": "web", "weight": p.weight}, m{"name": "secure", "weight": 100 - p.weight}}}}},
		m{"match": m{"prefix": "/once/"}, "route": to("web", "60s", retry("connect-failure,refused-stream"))},
		m{"match": m{"prefix": "/soak.Echo/Unary"}, "route": to("grpc", "30s", again)},
		m{"match": m{"prefix": "/soak.Echo/"}, "route": to("grpc", "0s", again)},
		m{"match": m{"path": "/ws"}, "route": to("web", "0s", again)})
	return m{
		"name": "routes",
		"response_headers_to_add": l{m{
			"header": m{"key": "x-generation", "value": fmt.Sprint(p.generation)}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}},
		"virtual_hosts": l{
			m{"name": "all", "domains": l{"*"}, "routes": routes},
			m{"name": fmt.Sprintf("passing-%d", p.generation), "domains": l{fmt.Sprintf("passing-%d.test", p.generation)},
				"routes": l{m{"match": m{"prefix": "/"}, "direct_response": m{"status": 204}}}}}}
}
