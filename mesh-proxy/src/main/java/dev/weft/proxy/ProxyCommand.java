package dev.weft.proxy;

import dev.weft.proxy.sidecar.SidecarOptions;
import dev.weft.xds.model.SocketAddress;
import io.netty.util.NetUtil;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.ParseException;
import org.apache.commons.cli.UnrecognizedOptionException;
import org.jspecify.annotations.Nullable;

/** What a command line of the proxy asks for. */
final class ProxyCommand {
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m)");
  private static final Pattern UPSTREAM = Pattern.compile("([^/=:]+)/([^/=:]+):([^/=:]+)=(.+)");

  private final CommandLine line;

  private ProxyCommand(CommandLine line) {
    this.line = line;
  }

  /**
   * Reads a command line.
   *
   * @throws UsageException naming the argument that is not understood
   */
  static ProxyCommand of(String... arguments) {
    try {
      CommandLine line =
          DefaultParser.builder()
              .setAllowPartialMatching(false)
              .get()
              .parse(CommandLineOptions.all(), arguments);
      if (!line.getArgList().isEmpty()) {
        throw new UsageException("\"" + line.getArgList().getFirst() + "\" is not an option");
      }
      return new ProxyCommand(line);
    } catch (UnrecognizedOptionException e) {
      throw new UsageException("Unknown option " + e.getOption());
    } catch (ParseException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  /** Whether an option without a value was given. */
  boolean has(String option) {
    return line.hasOption(option);
  }

  /**
   * The bootstrap that is to be checked only; null where the proxy is to run.
   *
   * @throws UsageException if there is no such mode, or nothing to check
   */
  @Nullable Path validates() {
    String mode = text("--mode", "serve");
    if (!mode.equals("serve") && !mode.equals("validate")) {
      throw new UsageException("--mode is \"" + mode + "\"; it must be serve or validate");
    }
    if (mode.equals("serve")) {
      return null;
    }
    Path bootstrap = path("--bootstrap");
    if (bootstrap == null) {
      throw new UsageException("--mode validate checks a bootstrap; name it with --bootstrap FILE");
    }
    return bootstrap;
  }

  /**
   * What the arguments mean.
   *
   * @throws UsageException naming the argument that is missing or wrong
   */
  ProxyOptions options() {
    Path bootstrap = path("--bootstrap");
    if ((bootstrap == null) == texts("--control-plane").isEmpty()) {
      throw new UsageException("give either --bootstrap FILE or --control-plane H:P");
    }
    boolean sidecar = bootstrap == null;
    return new ProxyOptions(
        bootstrap == null ? sidecar() : new ProxyOptions.Standalone(bootstrap, path("--data")),
        optional("--admin", sidecar ? "127.0.0.1:15000" : null),
        optional("--health", sidecar ? "0.0.0.0:15021" : null),
        optional("--metrics", sidecar ? "0.0.0.0:15090" : null),
        concurrency(),
        duration("--drain-time", "10s"),
        line.getOptionValue("--access-log"),
        text("--access-log-format", "json"));
  }

  private int concurrency() {
    String text = line.getOptionValue("--concurrency");
    if (text == null) {
      return Runtime.getRuntime().availableProcessors();
    }
    int loops = text.matches("\\d{1,4}") ? Integer.parseInt(text) : 0;
    if (loops < 1 || loops > 1024) {
      throw new UsageException("--concurrency is " + text + "; it must be 1 to 1024");
    }
    return loops;
  }

  private ProxyOptions.Sidecar sidecar() {
    String service = line.getOptionValue("--service");
    Path tokenFile = path("--token-file");
    if (service == null || tokenFile == null) {
      throw new UsageException("--control-plane needs --service NS/NAME and --token-file FILE");
    }
    String[] parts = service.split("/", -1);
    if (parts.length != 2
        || !NAME.matcher(parts[0]).matches()
        || !NAME.matcher(parts[1]).matches()) {
      throw new UsageException("--service is \"" + service + "\"; it must be NAMESPACE/NAME");
    }
    String address = text("--address", "127.0.0.1");
    if (!NetUtil.isValidIpV4Address(address) && !NetUtil.isValidIpV6Address(address)) {
      throw new UsageException("--address is \"" + address + "\"; it must be an IP address");
    }
    Path data = path("--data");
    Path folder = data == null ? Path.of("weft-data", parts[1] + "." + parts[0]) : data;
    return new ProxyOptions.Sidecar(
        new SidecarOptions(
            texts("--control-plane").stream()
                .map(text -> address("--control-plane", text))
                .toList(),
            parts[0],
            parts[1],
            tokenFile,
            folder,
            address,
            address("--inbound", text("--inbound", "0.0.0.0:15006")),
            address("--outbound", text("--outbound", "127.0.0.1:15001")),
            pairs("--port", text -> HostPort.port(text, 1)),
            pairs("--labels", text -> text),
            upstreams()));
  }

  private Map<String, Integer> upstreams() {
    Map<String, Integer> byCluster = new LinkedHashMap<>();
    for (String text : texts("--upstream")) {
      Matcher matcher = UPSTREAM.matcher(text);
      if (!matcher.matches()) {
        throw new UsageException(
            "--upstream is \"" + text + "\"; it must be NAMESPACE/NAME:PORTNAME=LOCAL_PORT");
      }
      int local = checked("--upstream", () -> HostPort.port(matcher.group(4), 0));
      byCluster.put(matcher.group(2) + "." + matcher.group(1) + "/" + matcher.group(3), local);
    }
    return byCluster;
  }

  private <T> Map<String, T> pairs(String option, Function<String, T> value) {
    Map<String, T> pairs = new LinkedHashMap<>();
    for (String text : texts(option)) {
      int equals = text.indexOf('=');
      if (equals <= 0) {
        throw new UsageException(option + " is \"" + text + "\"; it must be NAME=VALUE");
      }
      String name = text.substring(0, equals);
      T parsed = checked(option, () -> value.apply(text.substring(equals + 1)));
      if (pairs.put(name, parsed) != null) {
        throw new UsageException(option + " gives " + name + " twice");
      }
    }
    return pairs;
  }

  private @Nullable SocketAddress optional(String option, @Nullable String otherwise) {
    String chosen = line.getOptionValue(option, otherwise);
    return chosen == null ? null : address(option, chosen);
  }

  private SocketAddress address(String option, String text) {
    return checked(option, () -> HostPort.parse(text));
  }

  private Duration duration(String option, String otherwise) {
    String text = text(option, otherwise);
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new UsageException(
          option + " is \"" + text + "\"; it must be a duration such as 10s or 500ms");
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
      throw new UsageException(option + ": " + e.getMessage());
    }
  }

  private String text(String option, String otherwise) {
    return line.getOptionValue(option, otherwise);
  }

  private @Nullable Path path(String option) {
    String text = line.getOptionValue(option);
    return text == null ? null : Path.of(text);
  }

  /** The values of an option that may be repeated, or given several by commas. */
  private List<String> texts(String option) {
    String[] given = line.getOptionValues(option);
    return given == null
        ? List.of()
        : Arrays.stream(given).flatMap(text -> Arrays.stream(text.split(","))).toList();
  }
}
