package dev.weft.proxy;

import dev.weft.proxy.bootstrap.Bootstrap;
import dev.weft.proxy.sidecar.SidecarOptions;
import dev.weft.xds.model.SocketAddress;
import io.netty.util.NetUtil;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of the proxy. */
@Command(
    name = "weft proxy",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Runs a sidecar of a mesh, or a standalone proxy from an Envoy v3 bootstrap.")
final class ProxyCommand implements Callable<Integer> {
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m)");
  private static final Pattern UPSTREAM = Pattern.compile("([^/=:]+)/([^/=:]+):([^/=:]+)=(.+)");

  @Spec @Nullable CommandSpec spec;

  @Option(
      names = "--bootstrap",
      paramLabel = "FILE",
      description = "Envoy v3 bootstrap, YAML or JSON")
  @Nullable Path bootstrap;

  @Option(
      names = "--mode",
      paramLabel = "serve|validate",
      defaultValue = "serve",
      description = "validate checks the bootstrap and exits")
  String mode = "serve";

  @Option(
      names = "--control-plane",
      paramLabel = "H:P",
      split = ",",
      description = "xDS address of a control-plane node; several by commas")
  List<String> controlPlanes = new ArrayList<>();

  @Option(
      names = "--service",
      paramLabel = "NS/NAME",
      description = "the service this instance is of")
  @Nullable String service;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "join token from `weft token create`")
  @Nullable Path tokenFile;

  @Option(
      names = "--port",
      paramLabel = "NAME=APP_PORT",
      description = "a port of the service and where the application listens; may be repeated")
  List<String> ports = new ArrayList<>();

  @Option(
      names = "--labels",
      paramLabel = "k=v",
      split = ",",
      description = "labels of this instance")
  List<String> labels = new ArrayList<>();

  @Option(
      names = "--upstream",
      paramLabel = "NS/NAME:PORT=LOCAL",
      description = "a TCP service to be reached at a local port, 0 for any; may be repeated")
  List<String> upstreams = new ArrayList<>();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "folder for what survives a restart (default: weft-data/NAME.NS)")
  @Nullable Path data;

  @Option(
      names = "--address",
      paramLabel = "IP",
      defaultValue = "127.0.0.1",
      description = "where other sidecars reach this one (default: ${DEFAULT-VALUE})")
  String address = "127.0.0.1";

  @Option(
      names = "--inbound",
      paramLabel = "H:P",
      defaultValue = "0.0.0.0:15006",
      description = "for the mesh's connections (default: ${DEFAULT-VALUE}); port 0 for any")
  String inbound = "0.0.0.0:15006";

  @Option(
      names = "--outbound",
      paramLabel = "H:P",
      defaultValue = "127.0.0.1:15001",
      description = "for the application's calls (default: ${DEFAULT-VALUE})")
  String outbound = "127.0.0.1:15001";

  @Option(
      names = "--admin",
      paramLabel = "H:P",
      description = "admin interface (default: 127.0.0.1:15000, or the bootstrap's)")
  @Nullable String admin;

  @Option(
      names = "--health",
      paramLabel = "H:P",
      description = "readiness (default for a sidecar: 0.0.0.0:15021)")
  @Nullable String health;

  @Option(
      names = "--metrics",
      paramLabel = "H:P",
      description = "Prometheus (default for a sidecar: 0.0.0.0:15090)")
  @Nullable String metrics;

  @Option(
      names = "--concurrency",
      paramLabel = "N",
      description = "event loops (default: one for each processor)")
  @Nullable Integer concurrency;

  @Option(
      names = "--drain-time",
      paramLabel = "10s",
      defaultValue = "10s",
      description = "how long open requests may take to finish (default: ${DEFAULT-VALUE})")
  String drainTime = "10s";

  @Option(
      names = "--access-log",
      paramLabel = "FILE|-",
      description = "a line for every request; - is standard output (default: none)")
  @Nullable String accessLog;

  @Option(
      names = "--access-log-format",
      paramLabel = "json|text|FORMAT",
      defaultValue = "json",
      description = "json, text, or a line with Envoy's command operators (default: json)")
  String accessLogFormat = "json";

  @Option(names = "--verbose", description = "show the stack of errors")
  boolean verbose;

  @Override
  public Integer call() throws Exception {
    if (!mode.equals("serve") && !mode.equals("validate")) {
      throw usage("--mode is \"" + mode + "\"; it must be serve or validate");
    }
    if (mode.equals("validate")) {
      if (bootstrap == null) {
        throw usage("--mode validate checks a bootstrap; name it with --bootstrap FILE");
      }
      Bootstrap.load(bootstrap);
      System.out.println("configuration " + bootstrap + " is valid");
      return 0;
    }
    ProxyOptions options = options();
    Proxy proxy = Proxy.start(options);
    System.out.println(proxy.summary());
    proxy.awaitEnd();
    return 0;
  }

  /**
   * What the arguments mean.
   *
   * @throws ParameterException naming the argument that is missing or wrong
   */
  ProxyOptions options() {
    if ((bootstrap == null) == controlPlanes.isEmpty()) {
      throw usage("give either --bootstrap FILE or --control-plane H:P");
    }
    boolean sidecar = bootstrap == null;
    int loops = concurrency == null ? Runtime.getRuntime().availableProcessors() : concurrency;
    if (loops < 1 || loops > 1024) {
      throw usage("--concurrency is " + loops + "; it must be 1 to 1024");
    }
    return new ProxyOptions(
        bootstrap == null ? sidecar() : new ProxyOptions.Standalone(bootstrap),
        optional("--admin", admin, sidecar ? "127.0.0.1:15000" : null),
        optional("--health", health, sidecar ? "0.0.0.0:15021" : null),
        optional("--metrics", metrics, sidecar ? "0.0.0.0:15090" : null),
        loops,
        duration("--drain-time", drainTime),
        accessLog,
        accessLogFormat);
  }

  private ProxyOptions.Sidecar sidecar() {
    if (service == null || tokenFile == null) {
      throw usage("--control-plane needs --service NS/NAME and --token-file FILE");
    }
    String[] parts = service.split("/", -1);
    if (parts.length != 2
        || !NAME.matcher(parts[0]).matches()
        || !NAME.matcher(parts[1]).matches()) {
      throw usage("--service is \"" + service + "\"; it must be NAMESPACE/NAME");
    }
    if (!NetUtil.isValidIpV4Address(address) && !NetUtil.isValidIpV6Address(address)) {
      throw usage("--address is \"" + address + "\"; it must be an IP address");
    }
    Path folder = data == null ? Path.of("weft-data", parts[1] + "." + parts[0]) : data;
    return new ProxyOptions.Sidecar(
        new SidecarOptions(
            controlPlanes.stream().map(text -> address("--control-plane", text)).toList(),
            parts[0],
            parts[1],
            tokenFile,
            folder,
            address,
            address("--inbound", inbound),
            address("--outbound", outbound),
            pairs("--port", ports, text -> HostPort.port(text, 1)),
            pairs("--labels", labels, text -> text),
            upstreams()));
  }

  private Map<String, Integer> upstreams() {
    Map<String, Integer> byCluster = new LinkedHashMap<>();
    for (String text : upstreams) {
      Matcher matcher = UPSTREAM.matcher(text);
      if (!matcher.matches()) {
        throw usage(
            "--upstream is \"" + text + "\"; it must be NAMESPACE/NAME:PORTNAME=LOCAL_PORT");
      }
      int local = checked("--upstream", () -> HostPort.port(matcher.group(4), 0));
      byCluster.put(matcher.group(2) + "." + matcher.group(1) + "/" + matcher.group(3), local);
    }
    return byCluster;
  }

  private <T> Map<String, T> pairs(String option, List<String> texts, Function<String, T> value) {
    Map<String, T> pairs = new LinkedHashMap<>();
    for (String text : texts) {
      int equals = text.indexOf('=');
      if (equals <= 0) {
        throw usage(option + " is \"" + text + "\"; it must be NAME=VALUE");
      }
      String name = text.substring(0, equals);
      T parsed = checked(option, () -> value.apply(text.substring(equals + 1)));
      if (pairs.put(name, parsed) != null) {
        throw usage(option + " gives " + name + " twice");
      }
    }
    return pairs;
  }

  private @Nullable SocketAddress optional(
      String option, @Nullable String text, @Nullable String otherwise) {
    String chosen = text == null ? otherwise : text;
    return chosen == null ? null : address(option, chosen);
  }

  private SocketAddress address(String option, String text) {
    return checked(option, () -> HostPort.parse(text));
  }

  private Duration duration(String option, String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw usage(option + " is \"" + text + "\"; it must be a duration such as 10s or 500ms");
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      default -> Duration.ofMinutes(amount);
    };
  }

  private <T> T checked(String option, Supplier<T> value) {
    try {
      return value.get();
    } catch (IllegalArgumentException e) {
      throw usage(option + ": " + e.getMessage());
    }
  }

  private ParameterException usage(String message) {
    if (spec == null) {
      throw new IllegalStateException("the command was not set up by picocli");
    }
    return new ParameterException(spec.commandLine(), message);
  }
}
