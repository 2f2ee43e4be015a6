package dev.weft.control.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.control.compile.MeshCompiler.Compilation;
import dev.weft.control.discovery.MeshWorkload;
import dev.weft.control.resource.Place;
import dev.weft.control.resource.ResourceDocument;
import dev.weft.control.store.ConfigSnapshot;
import dev.weft.xds.codec.Codecs;
import dev.weft.xds.codec.Decoded;
import dev.weft.xds.protocol.EncodedResource;
import dev.weft.xds.protocol.ResourceSnapshot;
import dev.weft.xds.resource.XdsType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Random meshes, references to nothing included: whatever is asked for, the snapshot is consistent
 * and understood by the codecs, and the same input gives the same bytes whatever came before.
 */
class RandomMeshTest {
  private static final String[] NAMES = {"a", "b", "c", "d"};
  private static final String[] NAMESPACES = {"one", "two"};
  private static final String[] PROTOCOLS = {"http", "http2", "grpc", "tcp"};
  private static final String[] RETRIES = {
    "",
    ", retry: {codes: [503]}",
    ", retry: {attempts: 0}",
    ", retry: {codes: [500], attempts: 4}",
    ", retry: {backoff: 5ms}"
  };
  private static final String[] TRIED_AGAIN = {
    "statusCodes: [418]",
    "methods: [GET], perTryIdleTimeout: 1ms, hedge: true",
    "responseHeaders: [{name: a, value: b}]",
    "rateLimitedBackoff: {headers: [{name: retry-after}], max: 5s}"
  };
  private static final String[] BALANCING = {
    "policy: LeastRequest, choices: 3, slowStart: {window: 30s, aggression: 2}",
    "policy: RingHash, hash: {on: [{header: x-user}]}",
    "policy: Maglev, hash: {on: [{header: x-user}], boundedLoadPercent: 120}",
    "policy: Maglev, hash: {on: [{cookie: {name: s, ttl: 1h, path: /}}, {queryParam: q}]}",
    "policy: PeakEwma, decay: 3s, panicPercent: 0",
    "policy: ReportedLoad, reports: {metrics: [named_metrics.queue]}",
    "policy: LeastRequest, locality: {prefer: Zone, failover: [{from: eu, to: [us, ap]}]}",
    "policy: Random, locality: {distribute: [{from: eu/a, to: {eu/a: 80, us: 20}}]}",
    "policy: Maglev, hash: {on: [{header: x}]}, locality: {distribute: [{from: us, to: {us: 100}}]}"
  };
  private static final List<Map<String, String>> LABELS =
      List.of(
          Map.of(),
          Map.of("app", "x"),
          Map.of(Place.REGION_LABEL, "eu", Place.ZONE_LABEL, "a"),
          Map.of(Place.REGION_LABEL, "eu", Place.ZONE_LABEL, "b", "app", "x"),
          Map.of(Place.REGION_LABEL, "us"));
  private static final String[] OUTLIERS = {
    "",
    ", consecutiveGatewayErrors: 2, maxEjectionTime: 1m, jitter: 1s",
    ", consecutiveLocalOriginFailures: 3, alwaysEjectOne: true",
    ", successRate: {stdevFactor: 1.234}, failurePercentage: {threshold: 20}"
  };
  private static final String[] ACCESS = {
    "",
    ", allow: []",
    ", allow: [{from: [{service: a}, {namespace: two}], to: [{path: {value: /}, methods: [GET, PUT]}]}]",
    ", deny: [{to: [{path: {type: RegularExpression, value: '/a.*'}}, {headers: [{name: a, value: b}]}]}]"
  };
  private static final String[] FILTERED = {
    "rateLimit: {requests: 5, per: 1s}",
    "faults: {delay: {duration: 1s, percent: 0.25}}",
    "errorRateBreaker: {}",
    "longStreams: {maxPerCaller: 3}",
    "longStreams: {clientIdle: 1m, noticeAfter: 1h}",
    "longStreams: {rebalance: {maxPercent: 20}}",
    "errorRateBreaker: {window: 1m, failureStatuses: [500], fallback: {lastGood: {maxAge: 1h}}}",
    "faults: {abort: {grpcStatus: 14}, headers: [{name: a, value: b}], maxActive: 3}",
    "connectionPool: {maxRequestsPerConnection: 5, idle: 1m}",
    "connectionPool: {preconnectRatio: 2, keepalive: {interval: 1m}}",
    "redirects: {max: 3, statusCodes: [302, 307], copyHeaders: [x-token]}",
    "healthCheck: {http: {path: /ready, expectedStatuses: [200, 204]}, interval: 5s}",
    "healthCheck: {grpc: {service: a.B}}",
    "healthCheck: {tcp: {}, unhealthyThreshold: 1}"
  };

  @Test
  void compilesAreConsistentAndDeterministic() {
    MeshCompiler experienced = new MeshCompiler(new Codecs(), Models.TRUST_DOMAIN);
    for (long seed = 1; seed <= 60; seed++) {
      Random random = new Random(seed);
      List<ResourceDocument> documents = documents(random);
      List<MeshWorkload> instances = instances(random);
      SidecarNode node = node(random);

      Compilation first = experienced.compile(input(seed, documents, instances));
      Collections.shuffle(documents, random);
      Collections.shuffle(instances, random);
      Compilation second =
          new MeshCompiler(new Codecs(), Models.TRUST_DOMAIN)
              .compile(input(seed, documents, instances));

      assertThat(first.failures()).as("seed %d", seed).isEmpty();
      ResourceSnapshot one = MeshCompilerTest.forSidecar(first.snapshot(), node);
      ResourceSnapshot two = MeshCompilerTest.forSidecar(second.snapshot(), node);
      assertThat(content(two)).as("seed %d", seed).isEqualTo(content(one));
      understood(seed, one);
    }
  }

  private static void understood(long seed, ResourceSnapshot snapshot) {
    Codecs codecs = new Codecs();
    for (XdsType type : XdsType.values()) {
      for (EncodedResource resource : snapshot.resources(type).values()) {
        assertThat(codecs.decode(type, resource.body()))
            .as("seed %d, %s", seed, resource)
            .isInstanceOf(Decoded.Valid.class);
      }
    }
  }

  private static Map<String, String> content(ResourceSnapshot snapshot) {
    Map<String, String> content = new TreeMap<>();
    for (XdsType type : XdsType.values()) {
      content.put(type.toString(), snapshot.version(type));
      snapshot
          .resources(type)
          .forEach((name, resource) -> content.put(type + " " + name, resource.version()));
    }
    return content;
  }

  private static MeshInput input(
      long revision, List<ResourceDocument> documents, List<MeshWorkload> instances) {
    return new MeshInput(ConfigSnapshot.of(revision, documents), instances, Models.TRUST_DOMAIN);
  }

  private static List<ResourceDocument> documents(Random random) {
    StringBuilder yaml = new StringBuilder();
    for (String namespace : NAMESPACES) {
      for (String name : NAMES) {
        if (random.nextInt(4) > 0) {
          yaml.append(service(random, namespace, name)).append("---\n");
        }
        if (random.nextInt(3) == 0) {
          yaml.append(workload(random, namespace, name)).append("---\n");
        }
        if (random.nextInt(2) == 0) {
          yaml.append(route(random, namespace, name)).append("---\n");
        }
        if (random.nextInt(3) == 0) {
          yaml.append(policy(random, namespace, name)).append("---\n");
        }
        if (random.nextInt(3) == 0) {
          yaml.append(filter(random, namespace, name)).append("---\n");
        }
        if (random.nextInt(3) == 0) {
          yaml.append(access(random, namespace, name)).append("---\n");
        }
      }
    }
    return new ArrayList<>(
        Yaml.read(yaml.append(service(random, "one", "always")).toString()).documents());
  }

  private static String service(Random random, String namespace, String name) {
    StringBuilder ports = new StringBuilder();
    for (int i = 0; i <= random.nextInt(3); i++) {
      ports
          .append(i == 0 ? "" : ", ")
          .append(
              "{name: p%d, port: %d, protocol: %s}".formatted(i, 80 + i, pick(random, PROTOCOLS)));
    }
    return """
    apiVersion: weft.dev/v1alpha1
    kind: Service
    metadata: {name: %s, namespace: %s}
    spec: {ports: [%s]%s}
    """
        .formatted(name, namespace, ports, random.nextInt(4) == 0 ? ", selector: {app: x}" : "");
  }

  private static String workload(Random random, String namespace, String name) {
    boolean named = random.nextInt(4) == 0;
    return """
    apiVersion: weft.dev/v1alpha1
    kind: Workload
    metadata: {name: %s, namespace: %s}
    spec: {service: %s, address: %s, ports: {p0: 9000}, weight: %d, sidecar: %s}
    """
        .formatted(
            name,
            namespace,
            pick(random, NAMES),
            named ? "host.example" : "10.1.0." + (1 + random.nextInt(3)),
            1 + random.nextInt(5),
            random.nextBoolean());
  }

  private static String route(Random random, String namespace, String name) {
    boolean grpc = random.nextBoolean();
    StringBuilder rules = new StringBuilder();
    for (int i = 0; i <= random.nextInt(3); i++) {
      String matches =
          grpc
              ? "[{method: {service: s.S, method: M%d}}]".formatted(random.nextInt(3))
              : "[{path: {type: PathPrefix, value: /p%d}}]".formatted(random.nextInt(3));
      rules.append(
          "\n    - {matches: %s, filters: %s%s, backendRefs: [{name: %s, port: 80, weight: %d}, {name: %s, port: 81}]}"
              .formatted(
                  matches,
                  filters(random, grpc),
                  grpc ? "" : pick(random, RETRIES),
                  pick(random, NAMES),
                  random.nextInt(3),
                  pick(random, NAMES)));
    }
    return """
    apiVersion: gateway.networking.k8s.io/v1
    kind: %s
    metadata: {name: %s, namespace: %s}
    spec:
      parentRefs: [{kind: Service, group: "", name: %s}]
      rules:%s
    """
        .formatted(grpc ? "GRPCRoute" : "HTTPRoute", name, namespace, pick(random, NAMES), rules);
  }

  private static String filters(Random random, boolean grpc) {
    List<String> filters = new ArrayList<>();
    for (int i = 0; i < random.nextInt(3); i++) {
      filters.add(
          "{type: RequestMirror, requestMirror: {backendRef: {name: %s, port: 80}, percent: %d}}"
              .formatted(pick(random, NAMES), random.nextInt(101)));
    }
    if (!grpc && random.nextInt(4) == 0) {
      filters.add(
          "{type: ExtensionRef, extensionRef: {group: weft.dev, kind: HTTPRouteFilter, name: %s}}"
              .formatted(pick(random, NAMES)));
    }
    if (!grpc && random.nextBoolean()) {
      filters.add("{type: CORS, cors: {allowOrigins: ['https://*.example'], allowMethods: [PUT]}}");
    }
    if (!grpc && random.nextBoolean()) {
      filters.add(
          "{type: URLRewrite, urlRewrite: {path: %s}}"
              .formatted(
                  random.nextBoolean()
                      ? "{type: ReplaceFullPath, replaceFullPath: /x}"
                      : "{type: ReplacePrefixMatch, replacePrefixMatch: /}"));
    }
    return filters.toString();
  }

  private static String policy(Random random, String namespace, String name) {
    return """
    apiVersion: weft.dev/v1alpha1
    kind: TrafficPolicy
    metadata: {name: %s, namespace: %s}
    spec:
      targetRef: {kind: Service, name: %s}
      timeouts: {request: %dms, maxStreamDuration: 1h, budget: true}
      retries: {attempts: %d, %s}
      outlierDetection: {consecutiveErrors: %d%s}
      loadBalancing: {%s}
      %s
    """
        .formatted(
            name,
            namespace,
            pick(random, NAMES),
            random.nextInt(5000),
            random.nextInt(4),
            pick(random, TRIED_AGAIN),
            random.nextInt(4),
            pick(random, OUTLIERS),
            pick(random, BALANCING),
            pick(random, FILTERED));
  }

  private static String filter(Random random, String namespace, String name) {
    return """
    apiVersion: weft.dev/v1alpha1
    kind: HTTPRouteFilter
    metadata: {name: %s, namespace: %s}
    spec: {%s}
    """
        .formatted(
            name,
            namespace,
            random.nextBoolean()
                ? "directResponse: {statusCode: 418, contentType: a/b}"
                : "urlRewrite: {path: {type: ReplaceRegexMatch, replaceRegexMatch: {pattern: a(.), substitution: '\\1'}}}");
  }

  private static String access(Random random, String namespace, String name) {
    return """
    apiVersion: weft.dev/v1alpha1
    kind: AccessPolicy
    metadata: {name: %s, namespace: %s}
    spec: {targetRef: {kind: Service, name: %s}, mtls: {mode: %s}%s}
    """
        .formatted(
            name,
            namespace,
            name,
            random.nextBoolean() ? "Strict" : "Permissive",
            pick(random, ACCESS));
  }

  private static List<MeshWorkload> instances(Random random) {
    List<MeshWorkload> instances = new ArrayList<>();
    for (int i = 0; i < random.nextInt(12); i++) {
      instances.add(
          Shop.labelled(
              pick(random, NAMESPACES),
              pick(random, NAMES),
              "10.0.0." + i,
              LABELS.get(random.nextInt(LABELS.size())),
              "p0",
              "p1"));
    }
    return instances;
  }

  private static SidecarNode node(Random random) {
    return Shop.node(
        pick(random, NAMESPACES),
        pick(random, NAMES),
        Map.of("p0", 9000, "p1", 9001),
        LABELS.get(random.nextInt(LABELS.size())),
        random.nextBoolean() ? Map.of("a.one/p0", 7000, "b.two/p1", 7001) : Map.of());
  }

  private static String pick(Random random, String[] from) {
    return from[random.nextInt(from.length)];
  }
}
