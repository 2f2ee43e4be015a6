package dev.weft.control;

import dev.weft.control.identity.AuthorityException;
import dev.weft.control.identity.AuthoritySettings;
import dev.weft.control.store.DatabaseException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code weft control-plane}: runs one node until it is told to stop. */
@Command(
    name = "weft control-plane",
    description = "Runs one node of the control plane.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:stopped when asked to", "1:failed", "2:wrong usage"})
final class ControlPlaneCommand implements Callable<Integer> {
  // Set by picocli before call().
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder of the database and the CA's key (default: ~/.weft/control-plane).")
  private Path data = Path.of(System.getProperty("user.home"), ".weft", "control-plane");

  @Option(
      names = "--db",
      paramLabel = "URL",
      description = "jdbc:postgresql://HOST:PORT/NAME for several nodes (default: SQLite in DIR).")
  private @Nullable String databaseUrl;

  @Option(
      names = "--http",
      paramLabel = "H:P",
      converter = Address.class,
      defaultValue = "127.0.0.1:7070",
      description = "REST and page (default: ${DEFAULT-VALUE}); port 0 picks a free one.")
  private @Nullable HostPort http;

  @Option(
      names = "--xds",
      paramLabel = "H:P",
      converter = Address.class,
      defaultValue = "127.0.0.1:7071",
      description = "Where sidecars connect, TLS (default: ${DEFAULT-VALUE}).")
  private @Nullable HostPort xds;

  @Option(
      names = "--cluster",
      paramLabel = "H:P",
      converter = Address.class,
      description =
          "Where other nodes connect, loopback or private (default: 127.0.0.1, first free port from"
              + " 5701).")
  private @Nullable HostPort cluster;

  @Option(
      names = "--join",
      paramLabel = "H:P",
      split = ",",
      converter = Address.class,
      description = "Cluster addresses of other nodes.")
  private List<HostPort> join = List.of();

  @Option(
      names = "--node-name",
      paramLabel = "N",
      description = "Unique among the nodes (default: the host's name).")
  private @Nullable String nodeName;

  @Option(
      names = "--trust-domain",
      paramLabel = "NAME",
      defaultValue = "weft.local",
      description =
          "Of all SPIFFE IDs; fixed at the mesh's first start (default: ${DEFAULT-VALUE}).")
  private String trustDomain = "weft.local";

  @Option(
      names = "--ca-key-file",
      paramLabel = "FILE",
      description = "Seals the CA's private keys in the database (default: DIR/ca.key).")
  private @Nullable Path keyFile;

  @Option(
      names = "--workload-ttl",
      paramLabel = "TIME",
      converter = Time.class,
      defaultValue = "24h",
      description = "Life of a workload's certificate, 1m to 30d (default: ${DEFAULT-VALUE}).")
  private Duration workloadLifetime = AuthoritySettings.WORKLOAD_LIFETIME;

  @Option(names = "--verbose", description = "Show the stack of an error.")
  private boolean verbose;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    ControlPlaneOptions options = options();
    CountDownLatch stop = new CountDownLatch(1);
    CompletableFuture<Integer> ended = new CompletableFuture<>();
    // Before the start, so that a signal in its midst ends the node in order, too.
    Thread hook = new Thread(() -> stopAndExit(stop, ended), "weft-stop");
    Runtime.getRuntime().addShutdownHook(hook);
    int code = CommandLine.ExitCode.SOFTWARE;
    try (ControlPlane node = ControlPlane.start(options)) {
      node.addresses().forEach((what, address) -> out.println(what + " " + address));
      out.println("ready");
      out.flush();
      stop.await();
      code = CommandLine.ExitCode.OK;
    } catch (AuthorityException | DatabaseException | IOException | UncheckedIOException e) {
      code = fail(String.valueOf(e.getMessage()), e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      code = fail(String.valueOf(cause.getMessage()), cause);
    } finally {
      ended.complete(code);
      unhook(hook);
    }
    return code;
  }

  /** Without a node to stop, the JVM's end is somebody else's again. */
  private static void unhook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // the JVM is ending already, and the hook with it
    }
  }

  private ControlPlaneOptions options() {
    CommandSpec command = Objects.requireNonNull(spec);
    try {
      Path folder = data.toAbsolutePath().normalize();
      return new ControlPlaneOptions(
          folder,
          databaseUrl,
          Objects.requireNonNull(http),
          Objects.requireNonNull(xds),
          cluster,
          join,
          nodeName == null ? hostName() : nodeName,
          new AuthoritySettings(
              trustDomain,
              keyFile == null ? folder.resolve("ca.key") : keyFile.toAbsolutePath(),
              workloadLifetime));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private int fail(String message, Throwable cause) {
    PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
    err.println("weft control-plane: " + message.replaceAll("\\R.*", ""));
    if (verbose) {
      cause.printStackTrace(err);
    }
    err.flush();
    return CommandLine.ExitCode.SOFTWARE;
  }

  /** A signal asked for the end: once the node has stopped that is success, not 128 + signal. */
  private static void stopAndExit(CountDownLatch stop, CompletableFuture<Integer> ended) {
    stop.countDown();
    Runtime.getRuntime().halt(ended.join());
  }

  private static String hostName() {
    try {
      String name = InetAddress.getLocalHost().getHostName().replaceAll("[^-_.A-Za-z0-9]", "-");
      return name.length() > 63 ? name.substring(0, 63) : name;
    } catch (UnknownHostException e) {
      return "node-1";
    }
  }

  /** {@code HOST:PORT}. */
  static final class Address implements ITypeConverter<HostPort> {
    @Override
    public HostPort convert(String value) {
      try {
        return HostPort.parse(value);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    }
  }

  /** {@code 30s}, {@code 15m}, {@code 24h}, {@code 7d}. */
  static final class Time implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String value) {
      String text = value.toUpperCase(Locale.ROOT);
      try {
        return Duration.parse(text.endsWith("D") ? "P" + text : "PT" + text);
      } catch (DateTimeParseException e) {
        throw new TypeConversionException(
            "'" + value + "' is not a time such as 30s, 15m, 24h or 7d");
      }
    }
  }
}
